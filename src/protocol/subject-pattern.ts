// Patterns of NATS subjects, as a manifest allows them: by tokens, `*` one of them, `>` one or more at the end.

import { isPublishableSubject, isSubjectToken } from "./subjects.ts";

/** First tokens that belong to the server, to replies, to agents and to their jobs: nobody publishes there with the runtime's rights. */
const reserved = /^(?:\$|_|(?:agents|muster)$)/;

/** What is wrong with a pattern; undefined: nothing. */
export function subjectPatternProblem(pattern: string): string | undefined {
  const tokens = pattern.split(".");
  const last = tokens.length - 1;
  const isShaped = tokens.every((token, index) => token === "*" || (token === ">" && index === last) || isPlain(token));
  const [first = ""] = tokens;
  if (!isShaped && !first.startsWith("$")) return "a subject by tokens, such as plant.line3.* or plant.>";
  if (first === "*" || first === ">") return "a subject whose first token is written out";
  return reserved.test(first) ? "a subject that does not begin with $, _, agents or muster" : undefined;
}

/** Whether a subject, without wildcards, is one that the pattern stands for. */
export function matchesSubject(pattern: string, subject: string): boolean {
  const wanted = pattern.split(".");
  const tokens = subject.split(".");
  if (wanted.at(-1) === ">") return tokens.length >= wanted.length && startsWith(tokens, wanted.slice(0, -1));
  return tokens.length === wanted.length && startsWith(tokens, wanted);
}

/** Whether a tool may ever publish to it: one subject, plain, and nobody's that is reserved. */
export function isOpenSubject(subject: string): boolean {
  return isPublishableSubject(subject) && !reserved.test(subject.split(".", 1).join(""));
}

function startsWith(tokens: readonly string[], wanted: readonly string[]): boolean {
  return wanted.every((token, index) => token === "*" || token === tokens[index]);
}

function isPlain(token: string): boolean {
  return isSubjectToken(token) && /^[!-~]+$/.test(token);
}

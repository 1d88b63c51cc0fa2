// Every subject of the protocol is built and parsed here (§2).

export type Verb = "prompt" | "hb" | "status" | "attachments";

/** The three tokens that name an agent: harness, operator, instance. */
export interface AgentAddress {
  readonly agent: string;
  readonly owner: string;
  readonly name: string;
}

/** Matches every agent's heartbeats. */
export const allHeartbeats = "agents.hb.*.*.*";

/** Queue group of the prompt and status endpoints (§3). */
export const endpointQueueGroup = "agents";

const maxSubjectLength = 255;
const verbs: ReadonlySet<string> = new Set<Verb>(["prompt", "hb", "status", "attachments"]);

/** A token that may stand in a subject: not empty, no leading `$`, no `.`, `*`, `>`, space or control byte. */
export function isSubjectToken(token: string): boolean {
  return /^(?!\$)[^.*>\s\u0000-\u001f\u007f]+$/u.test(token);
}

/**
 * Whether a subject that came from outside (a service record, a query's `reply_subject`) may be published to: plain tokens, under 256, and
 * none of the server's own subjects, so that no record makes a caller drive `$SYS` or `$JS`.
 */
export function isPublishableSubject(subject: string): boolean {
  return subject.length <= maxSubjectLength && subject.split(".").every(isSubjectToken);
}

/**
 * Whether answers may go to a reply subject that somebody else chose: one that may be published to, and is no agent's, no job's: nobody speaks there
 * with our rights.
 */
export function isReplySubject(subject: string): boolean {
  return isPublishableSubject(subject) && !/^(?:agents|muster)(?:\.|$)/.test(subject);
}

/** `agents.{verb}.{agent}.{owner}.{name}`. Throws a `RangeError` for a token that cannot stand in a subject, or a subject of 256 or more. */
export function agentSubject(verb: Verb, address: AgentAddress): string {
  for (const token of [address.agent, address.owner, address.name]) {
    if (!isSubjectToken(token)) throw new RangeError(`Cannot use ${JSON.stringify(token)} as a subject token`);
  }
  const subject = `agents.${verb}.${address.agent}.${address.owner}.${address.name}`;
  if (subject.length > maxSubjectLength)
    throw new RangeError(`Subject "${subject}" is longer than ${maxSubjectLength}`);
  return subject;
}

/** The verb and address in a subject of the protocol; undefined for any other subject. */
export function parseAgentSubject(subject: string): { verb: Verb; address: AgentAddress } | undefined {
  const [root, verb, agent, owner, name, ...rest] = subject.split(".");
  if (root !== "agents" || verb === undefined || !isVerb(verb) || rest.length > 0) return undefined;
  if (agent === undefined || owner === undefined || name === undefined) return undefined;
  if (![agent, owner, name].every(isSubjectToken)) return undefined;
  return { verb, address: { agent, owner, name } };
}

/** Makes a valid token of any text (a host name, say): lower case, other characters become `-`, at most 63. */
export function toSubjectToken(text: string): string {
  const token = text
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, "-")
    .replace(/^[-_]+/, "")
    .slice(0, 63)
    .replace(/-+$/, "");
  return token === "" ? "host" : token;
}

function isVerb(token: string): token is Verb {
  return verbs.has(token);
}

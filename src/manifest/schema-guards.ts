// The keys of an agent's `guards`: what prompts and answers may not hold, and what is not kept of them.

import * as z from "zod/mini";
import { isMatcherSyntax } from "./matcher-syntax.ts";
import { acceptedName, fields, namePattern, size } from "./fields.ts";
import { later } from "./later.ts";

export const acceptedPattern =
  "a regular expression in the syntax of RE2 (no lookaround, no back references, \\x{41} in place of \\u0041), such as '(?i)password'";

function patterns(description: string) {
  const one = z.string({ error: acceptedPattern }).check(z.refine(isPattern, { error: acceptedPattern }));
  const name = z.string().check(z.regex(namePattern, { error: acceptedName }));
  return z
    .record(name, one, { error: "a map of patterns by name, such as { iban: '[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}' }" })
    .register(fields, { description, defaultText: "none" });
}

/** Whether the matcher, whose time grows with the text only, takes it. */
export function isPattern(text: string): boolean {
  if (text.trim() === "" || text.length > 1000) return false;
  const unsupported = /\(\?<?[=!]|(?:^|[^\\])(?:\\\\)*\\(?:[1-9]|k<)/;
  if (unsupported.test(text)) return false;
  const plain = text.replace(/^\(\?[ims]+\)/, "");
  return compiles(plain) && isMatcherSyntax(plain);
}

function compiles(text: string): boolean {
  try {
    return new RegExp(text).source !== "";
  } catch {
    return false; // A SyntaxError: no regular expression.
  }
}

export const guardsSchema = later(() =>
  z.strictObject(
    {
      max_prompt: z.optional(
        size({ description: "Longest text of a prompt.", defaultText: "`max_payload`" }, 1, 64 * 1024 ** 2),
      ),
      deny_prompt: z.optional(patterns("A prompt that one of them matches is not answered.")),
      deny_answer: z.optional(
        patterns("An answer ends, as an error, before what one of them matches, up to 256 characters long."),
      ),
      redact: z.optional(
        patterns("What they match is stored in conversations, traces and records of approvals as `[name]`."),
      ),
    },
    { error: "a map with max_prompt, deny_prompt, deny_answer and redact" },
  ),
);

export type GuardsKeys = z.infer<typeof guardsSchema>;

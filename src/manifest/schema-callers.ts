// The keys of an agent's `callers`: whose prompts it serves (§13).

import * as z from "zod/mini";
import { isSenderName } from "../protocol/sender-rules.ts";
import { choice, count, duration, fields, part } from "./fields.ts";
import { later } from "./later.ts";

const sender = "a user's NKEY (U…, 56 characters) or an agent ID (ACCOUNT.U…) with its checksum right";
const shape = /^(?:[A-Za-z0-9_-]+\.|\$G\.)?U[A-Z2-7]{55}$/;
const maxSenders = 1000;

function senders(description: string) {
  const accepted = `a list, each ${sender}`;
  const one = z
    .string({ error: sender })
    .check(z.regex(shape, { error: sender }), z.refine(isSenderName, { error: sender }));
  return z
    .array(one, { error: accepted })
    .check(z.maxLength(maxSenders, { error: `a list of up to ${maxSenders} senders` }))
    .register(fields, { description, defaultText: "none" });
}

const rateSchema = later(() =>
  z.strictObject(
    {
      limit: count({ description: "How many prompts.", need: "yes" }, 1, 1_000_000),
      per: duration({ description: "In what time, from a sender's first prompt on.", need: "yes" }, 1000, 86_400_000),
    },
    { error: "a map with limit and per, such as { limit: 30, per: 1m }" },
  ),
);

export const callersSchema = later(() =>
  z.strictObject(
    {
      trust: z.optional(
        choice(
          {
            description:
              "`signed`: only prompts whose sender has proven itself by a signature. `any`: all others, too; a signature that fails is refused all the same.",
            default: "any",
          },
          ["any", "signed"],
        ),
      ),
      allow: z.optional(
        senders(
          "User NKEYs or agent IDs: nobody else is served, so callers must sign. None: all that `trust` lets in.",
        ),
      ),
      deny: z.optional(
        senders("User NKEYs or agent IDs that are not served; an agent ID stands for its user in any account."),
      ),
      approve: z.optional(
        senders(
          "User NKEYs or agent IDs whose signed yes lets a tool do what it must ask for (docs/approvals.md). None: the local operator alone.",
        ),
      ),
      rate: z.optional(
        part(
          {
            description: "Most prompts of one sender; more get 429. All that do not sign are one sender.",
            defaultText: "no limit",
          },
          () => rateSchema,
        ),
      ),
    },
    { error: "a map with trust, allow, deny, approve and rate" },
  ),
);

export type CallersKeys = z.infer<typeof callersSchema>;

// The keys of an agent, which are also the keys of `defaults`.

import * as z from "zod/mini";
import { acceptedName, count, duration, flag, integer, namePattern, part, path, size, text } from "./fields.ts";
import { later } from "./later.ts";
import { budgets } from "./schema-budget.ts";
import { callersSchema } from "./schema-callers.ts";
import { memoryField } from "./schema-memory.ts";
import { guardsSchema } from "./schema-guards.ts";
import { chain } from "./schema-model.ts";
import { turnSchema } from "./schema-turn.ts";
import { skillFolders } from "./skills/schema.ts";
import { knowledgeField } from "./knowledge/schema.ts";
import { toolsSchema } from "./tools/schema.ts";
import { triggerSchema } from "./schema-trigger.ts";

const hourMs = 3_600_000;
const maxTriggers = 100;

function agentKeys() {
  return {
    description: z.optional(
      text({ description: "What the agent is for, shown to callers.", defaultText: "`<name>, a Muster agent`" }),
    ),
    instructions: z.optional(
      text({
        description: "What the model is told first; taken literally, `${…}` too.",
        defaultText: "none: the model's own",
      }),
    ),
    instructions_file: z.optional(
      path({
        description: "A text file with the instructions, instead of `instructions`.",
      }),
    ),
    model: z.optional(chain()),
    heartbeat: z.optional(duration({ description: "Time between two heartbeats (§8).", default: "30s" }, 1000, hourMs)),
    concurrency: z.optional(count({ description: "Prompts served at once.", default: 1 }, 1, 1024)),
    queue: z.optional(
      count(
        {
          description:
            "Prompts that may wait; more get 429 with `retry_after_s`. Where others fill it, each further sender finds one place (docs/identity.md).",
          default: 8,
        },
        0,
        10_000,
      ),
    ),
    deadline: z.optional(
      duration({ description: "Longest time for one prompt, waiting included.", default: "5m" }, 1000, 24 * hourMs),
    ),
    dedupe: z.optional(
      duration(
        {
          description:
            "How long answers to prompts with a `request_id` are kept for the same prompt sent again; `0s`: not at all.",
          default: "10m",
        },
        0,
        24 * hourMs,
      ),
    ),
    max_hops: z.optional(
      integer(
        { description: "Agents that a prompt may have come through, and go on to (docs/tools/agent.md).", default: 8 },
        0,
        64,
      ),
    ),
    attachments: z.optional(flag({ description: "Whether prompts may carry attachments.", default: true })),
    max_payload: z.optional(
      size(
        { description: "Largest prompt with its attachments and headers (§5).", default: "1MB" },
        1024,
        64 * 1024 ** 2,
      ),
    ),
    replicas: z.optional(
      flag({ description: "Whether this address is meant to run on several machines.", default: false }),
    ),
    callers: z.optional(
      part(
        {
          description: "Whose prompts are served (docs/identity.md).",
          defaultText: "everybody's",
        },
        () => callersSchema,
      ),
    ),
    memory: z.optional(memoryField),
    tools: z.optional(toolsSchema),
    skills: z.optional(skillFolders()),
    knowledge: z.optional(knowledgeField),
    approval_timeout: z.optional(
      duration(
        {
          description: "How long a tool that must ask waits for a yes; then it is a no (docs/approvals.md).",
          default: "2m",
        },
        1000,
        24 * hourMs,
      ),
    ),
    turn: z.optional(
      part(
        {
          description: "How far one turn may go before it has to answer (docs/tools.md).",
          defaultText: "12 steps, 32 calls",
        },
        () => turnSchema,
      ),
    ),
    guards: z.optional(
      part(
        {
          description: "What prompts and answers may not hold, and what is not kept of them (docs/guards.md).",
          defaultText: "none",
        },
        () => guardsSchema,
      ),
    ),
    budget: z.optional(
      budgets(
        "How much it may use. At 80 % the log warns; when one is spent, prompts get 429 until it renews (docs/budgets.md).",
      ),
    ),
    triggers: z.optional(
      part(
        { description: "What starts turns without a caller, by name (docs/triggers.md).", defaultText: "none" },
        triggersByName,
      ),
    ),
  };
}

function triggersByName() {
  return z
    .record(z.string().check(z.regex(namePattern, { error: acceptedName })), triggerSchema, {
      error: 'a map of triggers by name, written as "name:" with its keys below',
    })
    .check(
      z.refine((triggers) => Object.keys(triggers).length <= maxTriggers, {
        error: `at most ${maxTriggers} triggers`,
      }),
    );
}

export const agentSchema = later(() =>
  z.strictObject(agentKeys(), { error: "a map with the keys of an agent, {} when defaults say it all" }),
);
export const defaultsSchema = later(() => z.strictObject(agentKeys(), { error: "a map with keys of an agent" }));

/** An agent's keys after parsing: chains as lists, durations in ms, sizes in bytes. */
export type AgentKeys = z.infer<typeof agentSchema>;

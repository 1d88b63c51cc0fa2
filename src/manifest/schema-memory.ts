// The keys of an agent's `memory`: what it remembers of conversations, where, and for how long.

import * as z from "zod/mini";
import { choice, count, duration, flag, size, part } from "./fields.ts";
import { later } from "./later.ts";

const megabyte = 1024 ** 2;
const dayMs = 86_400_000;

export const memorySchema = later(() =>
  z.strictObject(
    {
      store: z.optional(
        choice(
          {
            description:
              "Where conversations are: `sqlite`, in the state directory, over restarts; `memory`, until the runtime ends or the agent is gone; `kv`, in JetStream of the NATS server, for an agent on several machines.",
            default: "sqlite",
          },
          ["sqlite", "memory", "kv"],
        ),
      ),
      keep_turns: z.optional(
        count({ description: "Turns kept of one conversation; the oldest go first.", default: 40 }, 1, 10_000),
      ),
      expire: z.optional(
        duration(
          { description: "How long a conversation is kept after its last turn.", default: "30d" },
          60_000,
          3650 * dayMs,
        ),
      ),
      summarise: z.optional(
        flag({
          description:
            "Whether the model sums up turns that fall out of its context, or go for `keep_turns`, after an answer (docs/memory.md).",
          default: false,
        }),
      ),
      conversations: z.optional(
        count(
          {
            description:
              "Conversations kept of this agent; those that were not used for longest go first. With `memory`: 1,000 of all agents together; with `kv`: as many as the bucket holds.",
            default: 1000,
          },
          1,
          100_000,
        ),
      ),
      conversation_size: z.optional(
        size(
          {
            description: "Of one conversation; the oldest turns go first, and a larger turn is not kept.",
            default: "4MB",
          },
          16 * 1024,
          8 * megabyte,
        ),
      ),
      size: z.optional(
        size(
          {
            description:
              "Of all conversations of this agent. With `memory`: 32 MB of all agents together; with `kv`: the size of the bucket.",
            default: "32MB",
          },
          megabyte,
          1024 * megabyte,
        ),
      ),
    },
    { error: "a map with store, keep_turns, expire, summarise, conversations, conversation_size and size" },
  ),
);

export const memoryField = part(
  {
    description: "What it remembers of conversations (docs/memory.md).",
  },
  () => memorySchema,
);

export type MemoryKeys = z.infer<typeof memorySchema>;

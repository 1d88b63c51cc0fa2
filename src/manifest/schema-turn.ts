// The keys of `turn`: how far one turn of an agent may go.

import * as z from "zod/mini";
import { count, duration } from "./fields.ts";
import { later } from "./later.ts";

export const turnSchema = later(() =>
  z.strictObject(
    {
      steps: z.optional(
        count(
          { description: "Model calls; the last one is offered no tools and has to answer.", default: 12 },
          1,
          1000,
        ),
      ),
      tool_calls: z.optional(count({ description: "Calls of tools, refused ones too.", default: 32 }, 0, 10_000)),
      tokens: z.optional(
        count(
          { description: "Tokens in and out, all model calls together.", defaultText: "no limit" },
          1,
          1_000_000_000,
        ),
      ),
      time: z.optional(
        duration(
          {
            description: "From its first model call on; a single tool call gets three quarters of what is left.",
            defaultText: "`deadline`",
          },
          1000,
          24 * 3_600_000,
        ),
      ),
    },
    { error: "a map with steps, tool_calls, tokens and time" },
  ),
);

export type TurnKeys = z.infer<typeof turnSchema>;

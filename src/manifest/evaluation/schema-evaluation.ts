// The keys of an evaluation file: cases of prompts, and what is expected of their answers.

import * as z from "zod/mini";
import { duration, integer } from "../fields.ts";
import { acceptedPattern, isPattern } from "../schema-guards.ts";
import { isPlainJson } from "./plain-json.ts";
import { jsonSchema } from "./schema-json.ts";

const acceptedText = "a text that is not empty";
const text = z.string({ error: acceptedText }).check(z.regex(/\S/, { error: acceptedText }));
const acceptedTexts = "a text that is not empty, or a list of them";
const texts = z.union([text, z.array(text).check(z.minLength(1))], { error: acceptedTexts });
const pattern = z.string({ error: acceptedPattern }).check(z.refine(isPattern, { error: acceptedPattern }));
const patterns = z.union([pattern, z.array(pattern).check(z.minLength(1))], {
  error: `${acceptedPattern}, or a list of them`,
});

const acceptedInput = "a map of arguments that must be among those of the call, such as { line: 3 }";
const tool = z.strictObject(
  {
    name: text,
    input: z.optional(
      z
        .record(z.string(), z.unknown(), { error: acceptedInput })
        .check(z.refine(isPlainJson, { error: "arguments with plain numbers, such as 1000" })),
    ),
  },
  { error: "a map with name and input, such as { name: read_file }" },
);

export const acceptedExpect = "a map with contains, not_contains, matches, json_schema, tools, not_tools or max_time";
const expect = z.strictObject(
  {
    contains: z.optional(texts),
    not_contains: z.optional(texts),
    matches: z.optional(patterns),
    json_schema: z.optional(jsonSchema),
    tools: z.optional(
      z
        .array(tool, { error: "a list of maps, such as [{ name: read_file }]" })
        .check(z.minLength(1, { error: "a list of at least one tool" })),
    ),
    not_tools: z.optional(texts),
    max_time: z.optional(duration({ description: "Longest time from the prompt to the end." }, 1, 86_400_000)),
  },
  { error: acceptedExpect },
);

const turn = z.strictObject({ prompt: text, expect: z.optional(expect) }, { error: "a map with prompt and expect" });

const runs = () => z.optional(integer({ description: "How often a case is tried." }, 1, 100));
const pass = () => z.optional(integer({ description: "How many tries must pass." }, 1, 100));
const timeout = () => z.optional(duration({ description: "Longest answer." }, 1000, 86_400_000));

const oneCase = z.strictObject(
  {
    agent: z.optional(text),
    prompt: z.optional(text),
    expect: z.optional(expect),
    turns: z.optional(
      z
        .array(turn, { error: "a list of maps with prompt and expect" })
        .check(
          z.minLength(1, { error: "a list of at least one turn" }),
          z.maxLength(100, { error: "a list of at most 100 turns" }),
        ),
    ),
    runs: runs(),
    pass: pass(),
    timeout: timeout(),
  },
  { error: "a map with prompt and expect, or with turns" },
);

export const evaluationSchema = z.strictObject(
  {
    agent: z.optional(text),
    runs: runs(),
    pass: pass(),
    timeout: timeout(),
    cases: z.record(z.string(), oneCase, { error: "a map of cases by name" }),
  },
  { error: 'a map with "cases:" and other keys' },
);

export type Expectations = z.infer<typeof expect>;
export type EvaluationKeys = z.infer<typeof evaluationSchema>;

// The keys of `models`, and what names one.

import * as z from "zod/mini";
import {
  choice,
  count,
  duration,
  flag,
  integer,
  literalText,
  name,
  number,
  modelFile,
  size,
  text,
  url,
  part,
} from "./fields.ts";
import { budgets, priceSchema } from "./schema-budget.ts";
import { baseUrl, connection, providers } from "./schema-endpoint.ts";
import { later } from "./later.ts";

const dayMs = 86_400_000;

const sha256 = "a SHA-256 of 64 hexadecimal digits";

const modelName = "the model's name at its provider, without spaces";

function answerSchema() {
  return part(
    {
      description: "A JSON Schema that the answer must follow, where the provider can do that.",
      defaultText: "none",
    },
    () => z.record(z.string(), z.unknown(), { error: "a map that is a JSON Schema" }),
  );
}

function stopTexts() {
  return part({ description: "Texts at which the model stops.", defaultText: "none" }, () => {
    const one = "a text";
    const accepted = "a text, or a list of up to 16 texts";
    const item = z.string({ error: one }).check(z.minLength(1, { error: "a text that is not empty" }));
    const list = z
      .array(item, { error: accepted })
      .check(z.minLength(1, { error: accepted }), z.maxLength(16, { error: accepted }));
    return z.pipe(
      z.union([item, list], { error: accepted }),
      z.transform((value: string | string[]) => (typeof value === "string" ? [value] : value)),
    );
  });
}

export const modelSchema = later(() =>
  z.strictObject(
    {
      endpoint: z.optional(
        name({
          description: "Name of an endpoint; or of a provider, for its default address.",
          need: "this or `provider`",
        }),
      ),
      provider: z.optional(
        choice(
          {
            description: "Provider of a model with an endpoint of its own, tuned by the keys of an endpoint here.",
            need: "this or `endpoint`",
          },
          providers,
        ),
      ),
      model: z.optional(
        literalText(
          { description: "The provider's name of the model.", need: "yes, but not with `builtin`" },
          modelName,
        ),
      ),
      url: z.optional(
        url(
          {
            ...baseUrl,
            description: "With `provider`: base URL of its API. With `builtin`: where to fetch the GGUF file from.",
          },
          ["http", "https"],
        ),
      ),
      ...connection(),
      context: z.optional(
        count(
          {
            description:
              "Context window; sent to Ollama as `num_ctx`. A longer prompt is an error, never cut silently.",
            defaultText: "the provider's own",
          },
          16,
          10_000_000,
        ),
      ),
      max_output: z.optional(
        count({ description: "Longest answer.", defaultText: "the provider's own" }, 1, 10_000_000),
      ),
      keep_alive: z.optional(
        duration(
          { description: "`ollama`: how long the model stays loaded after an answer.", defaultText: "Ollama's own" },
          0,
          365 * dayMs,
        ),
      ),
      ram: z.optional(
        size(
          {
            description:
              "`ollama` on this machine, `builtin`: memory that the model needs to be loaded; with less free it is not loaded. `0B`: never looked at.",
            defaultText: "estimated from its size and `context`",
          },
          0,
          1024 ** 5,
        ),
      ),
      pull: z.optional(
        choice({ description: "`ollama`: whether a model that is not there is pulled.", default: "never" }, [
          "never",
          "if-missing",
        ]),
      ),
      temperature: z.optional(
        number({ description: "How much chance there is in an answer.", defaultText: "the provider's own" }, 0, 2),
      ),
      seed: z.optional(
        integer({ description: "Makes chance repeatable; not with `anthropic`.", defaultText: "none" }, 0, 2 ** 31 - 1),
      ),
      stop: z.optional(stopTexts()),
      think: z.optional(
        flag({
          description: "Whether a model that can think does so before it answers.",
          defaultText: "the model's own",
        }),
      ),
      schema: z.optional(answerSchema()),
      price: z.optional(
        part(
          {
            description: "What it costs; `0` says that it is free.",
            defaultText: "not known",
          },
          () => priceSchema,
        ),
      ),
      budget: z.optional(budgets("How much of it all agents may use. When it is spent, chains move on.")),
      first_text: z.optional(
        duration(
          { description: "In a chain: no text by then and the next model serves.", defaultText: "no limit" },
          100,
          dayMs,
        ),
      ),
      file: z.optional(
        modelFile({ description: "`builtin`: a GGUF file.", need: "with `builtin`: this, or `url` and `sha256`" }),
      ),
      sha256: z.optional(
        text(
          { description: "`builtin`: SHA-256 of the file behind `url`.", need: "with `builtin` and `url`" },
          sha256,
          /^[0-9a-fA-F]{64}$/,
        ),
      ),
      threads: z.optional(
        integer(
          { description: "`builtin`: threads of the engine.", defaultText: "the machine's physical cores" },
          1,
          1024,
        ),
      ),
    },
    { error: "a map with the keys of a model" },
  ),
);

/** Accepted where an agent names its model: the name of one, or `provider/model`. */
export const modelReference = "the name of a model under models, or provider/model such as ollama/qwen3:1.7b";

export function chain() {
  return part(
    {
      description:
        "The model, or a chain: the next serves when one is unreachable, refuses, or gives no text within its `first_text`.",
      need: "yes, here or in `defaults`",
    },
    () => {
      const accepted = `${modelReference}, or a list of them (a chain)`;
      const one = z.string({ error: modelReference }).check(z.regex(/^\S+$/, { error: modelReference }));
      const list = z
        .array(one, { error: accepted })
        .check(z.minLength(1, { error: accepted }), z.maxLength(16, { error: "a chain of up to 16 models" }));
      return z.pipe(
        z.union([one, list], { error: accepted }),
        z.transform((value: string | string[]) => (typeof value === "string" ? [value] : value)),
      );
    },
  );
}

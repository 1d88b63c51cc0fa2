// The key `knowledge` of an agent: documents that it is to know, and how they are searched.

import * as z from "zod/mini";
import { count, duration, fields, flag, integer, place, size, text, part } from "../fields.ts";
import { modelReference } from "../schema-model.ts";
import { mostPassages } from "./config.ts";
import { later } from "../later.ts";

const dayMs = 86_400_000;
const megabyte = 1024 ** 2;
const maxPatterns = 64;
const accepted = "a file, a folder or a pattern such as docs/**/*.md, or a list of them";

function patterns(description: string, defaultText?: string) {
  const one = place({ description: "A file, a folder or a pattern, absolute or relative to this file." });
  const list = z
    .array(one, { error: accepted })
    .check(z.minLength(1, { error: accepted }), z.maxLength(maxPatterns, { error: `up to ${maxPatterns} patterns` }));
  return z
    .pipe(
      z.union([one, list], { error: accepted }),
      z.transform((value: string | string[]) => (typeof value === "string" ? [value] : value)),
    )
    .register(fields, { description, expands: "place", ...(defaultText === undefined ? {} : { defaultText }) });
}

export const knowledgeSchema = later(() =>
  z.strictObject(
    {
      paths: patterns(
        "Which documents: files, folders with all below them, or patterns with `*`, `**`, `?`, `[…]` and `{a,b}`.",
      ),
      exclude: z.optional(patterns("What of these is left out, written alike.", "none")),
      model: text(
        { description: "The embedding model, of an `ollama` or an `openai` endpoint." },
        `the embedding model: ${modelReference}`,
      ),
      tool: z.optional(flag({ description: "Whether the model gets the tool `search_knowledge`.", default: true })),
      context: z.optional(
        integer(
          {
            description: "Passages that are searched for each prompt and put beside it, as many as fit; 0: none.",
            default: 4,
          },
          0,
          mostPassages,
        ),
      ),
      top: z.optional(
        integer(
          { description: "Passages that a call of the tool gives, unless it asks for another number.", default: 5 },
          1,
          mostPassages,
        ),
      ),
      chunk_tokens: z.optional(
        integer({ description: "Longest passage, in tokens, by estimate.", default: 256 }, 64, 4096),
      ),
      overlap_tokens: z.optional(
        integer({ description: "How much of a passage the next one repeats, in tokens.", default: 32 }, 0, 1024),
      ),
      max_file_size: z.optional(
        size({ description: "Larger files are left out, and named.", default: "10MB" }, 1024, 256 * megabyte),
      ),
      max_files: z.optional(
        count({ description: "Documents at most; of more the first by name are taken.", default: 10_000 }, 1, 100_000),
      ),
      query_prefix: z.optional(
        text({
          description: "Put before a query, where the model was trained so (`search_query: `).",
          defaultText: "none",
        }),
      ),
      document_prefix: z.optional(
        text({
          description: "Put before a passage, where the model was trained so (`search_document: `).",
          defaultText: "none",
        }),
      ),
      rescan: z.optional(
        duration({ description: "Time between two looks for changed documents.", default: "1m" }, 1000, dayMs),
      ),
    },
    { error: "a map with paths and model, and more keys if need be" },
  ),
);

export const knowledgeField = part(
  {
    description: "Documents that it is to know, found by search for a prompt (docs/knowledge.md).",
    defaultText: "none",
  },
  () => knowledgeSchema,
);

export type KnowledgeKeys = z.infer<typeof knowledgeSchema>;

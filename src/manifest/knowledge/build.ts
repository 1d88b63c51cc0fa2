// The knowledge of the effective manifest, and back into the manifest's own words.

import { knowledgeDefaults, withDefault } from "../defaults.ts";
import { formatDuration, formatSize } from "../units.ts";
import type { KnowledgeConfig } from "./config.ts";
import type { KnowledgeKeys } from "./schema.ts";

/** `model`: what the reference stands for. */
export function buildKnowledge(keys: KnowledgeKeys, model: string): KnowledgeConfig {
  const defaults = knowledgeDefaults();
  return {
    paths: keys.paths,
    exclude: keys.exclude ?? [],
    model,
    hasTool: withDefault(keys.tool, defaults.tool),
    contextPassages: withDefault(keys.context, defaults.context),
    searchPassages: withDefault(keys.top, defaults.top),
    chunkTokens: withDefault(keys.chunk_tokens, defaults.chunk_tokens),
    overlapTokens: withDefault(keys.overlap_tokens, defaults.overlap_tokens),
    maxFileBytes: withDefault(keys.max_file_size, defaults.max_file_size),
    maxFiles: withDefault(keys.max_files, defaults.max_files),
    queryPrefix: keys.query_prefix ?? "",
    documentPrefix: keys.document_prefix ?? "",
    rescanMs: withDefault(keys.rescan, defaults.rescan),
  };
}

export function knowledgePlain(knowledge: KnowledgeConfig): Record<string, unknown> {
  const { exclude, queryPrefix, documentPrefix } = knowledge;
  return {
    paths: knowledge.paths,
    ...(exclude.length === 0 ? {} : { exclude }),
    model: knowledge.model,
    tool: knowledge.hasTool,
    context: knowledge.contextPassages,
    top: knowledge.searchPassages,
    chunk_tokens: knowledge.chunkTokens,
    overlap_tokens: knowledge.overlapTokens,
    max_file_size: formatSize(knowledge.maxFileBytes),
    max_files: knowledge.maxFiles,
    ...(queryPrefix === "" ? {} : { query_prefix: queryPrefix }),
    ...(documentPrefix === "" ? {} : { document_prefix: documentPrefix }),
    rescan: formatDuration(knowledge.rescanMs),
  };
}

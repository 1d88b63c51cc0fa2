// What an agent knows from documents, after parsing.

export interface KnowledgeConfig {
  /** Absolute patterns of files, as Bun's globs read them; what has none of their characters is a file or a folder. */
  readonly paths: readonly string[];
  /** Likewise: what they match is no document. */
  readonly exclude: readonly string[];
  /** The embedding model, a key into `Manifest.models`. */
  readonly model: string;
  /** Whether the model gets a tool to search. */
  readonly hasTool: boolean;
  /** Passages that are put beside each prompt; 0: none. */
  readonly contextPassages: number;
  /** Passages that a search by the tool gives, unless it asks for another number. */
  readonly searchPassages: number;
  readonly chunkTokens: number;
  readonly overlapTokens: number;
  readonly maxFileBytes: number;
  readonly maxFiles: number;
  /** Put before what is embedded. */
  readonly queryPrefix: string;
  readonly documentPrefix: string;
  /** Between two looks at the files. */
  readonly rescanMs: number;
}

/** Of the tool by which a model searches. */
export const searchToolName = "search_knowledge";
/** More are never given at once. */
export const mostPassages = 20;

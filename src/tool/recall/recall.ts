// The contract between a turn and what its agent knows from documents.

export interface Passage {
  /** File and headings, as they are to be cited: `docs/press.md › Oil › Change`. */
  readonly source: string;
  readonly text: string;
}

export interface Recalled {
  /** The best first. */
  readonly passages: readonly Passage[];
  /** What the model should know of the search, such as that the index is not complete. */
  readonly note?: string;
}

export interface Recall {
  /** How many passages are put beside a prompt. */
  readonly passages: number;
  /** What may help to answer a prompt. Rejects with a `ToolError` when it cannot be searched for, or with the signal's reason. */
  find(prompt: string, signal: AbortSignal): Promise<Recalled>;
}

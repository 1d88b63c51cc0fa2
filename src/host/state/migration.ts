// A step that brings a state directory from one format to the next.

export interface Migration {
  /** The format that it starts from; it ends at the next. */
  readonly from: number;
  /** What it does, for the log; begins with a verb. */
  readonly does: string;
  /**
   * Does it; the caller holds the directory's lock, and marks the new format afterwards. May find its own work half done, or done: a crash or a
   * power cut in the middle has it run again. What it writes must be on disk when it returns. Throws when it cannot.
   */
  run(directory: string): void;
}

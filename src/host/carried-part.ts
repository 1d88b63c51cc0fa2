// What the executable carries beside its own code: a named set of files, packed by the build into one compressed blob.

/** One file of a part. */
export interface CarriedFile {
  /** Relative path inside the part, `/` between folders. */
  readonly path: string;
  readonly sizeBytes: number;
  /** SHA-256 of the content, lower-case hex. */
  readonly sha256: string;
  readonly isExecutable: boolean;
}

/** The index of a part: what its blob holds, in the blob's order. */
export interface CarriedIndex {
  readonly name: string;
  /** The version of the software inside. */
  readonly version: string;
  /** SHA-256 over the files' paths, modes and hashes: equal for equal content, and the name of the folder it is extracted to. */
  readonly sha256: string;
  readonly files: readonly CarriedFile[];
}

/** A part that this executable (or, in development, the build's cache) has at hand. */
export interface CarriedPart extends CarriedIndex {
  /** Path of the blob: all files' bytes, in the index's order, as one zstd stream. Readable by `Bun.file`, also inside the executable. */
  readonly blob: string;
}

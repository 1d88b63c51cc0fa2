// What goes into a carried part, before it is packed.

export interface PartSource {
  readonly name: string;
  /** The version of the software inside. */
  readonly version: string;
  readonly files: readonly PartSourceFile[];
}

export interface PartSourceFile {
  /** Relative path inside the part, `/` between folders. */
  readonly path: string;
  /** Absolute path of the file to pack. */
  readonly source: string;
  readonly isExecutable: boolean;
}

// One act of an installation or its removal, as data: shown by a dry run, done by one executor.

export type Step =
  | {
      readonly type: "folder";
      readonly path: string;
      readonly mode: number;
    }
  | {
      readonly type: "file";
      readonly path: string;
      readonly mode: number;
      readonly content: string;
      /** The user's from then on: one that is there is left alone. */
      readonly isConfiguration: boolean;
    }
  | { readonly type: "copy"; readonly path: string; readonly mode: number; readonly from: string }
  | { readonly type: "link"; readonly path: string; readonly to: string }
  | {
      readonly type: "command";
      readonly argv: readonly [string, ...string[]];
      /** Its failure is said and ends nothing. */
      readonly isOptional: boolean;
    }
  /** A file, a link, or a folder with all that is in it; nothing there is fine. */
  | { readonly type: "remove"; readonly path: string };

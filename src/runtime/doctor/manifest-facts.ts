// What is known of the manifest, whoever runs it.

import type { UnitReach } from "../../host/unit-reach.ts";
import type { Manifest } from "../../manifest/manifest.ts";

export interface ManifestFacts {
  /** Of the main file, absolute. */
  readonly file: string;
  /** There is no such file. */
  readonly isAbsent: boolean;
  /** Of the files without problems; absent when nothing of the main file serves. */
  readonly manifest?: Manifest;
  /** A line each, with its place; so are the warnings. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
  /** Every file that was read or that the manifest names, absolute. */
  readonly files: readonly string[];
  /** It is the installed service's. */
  readonly isService: boolean;
  /** What the service's unit hides from it. */
  readonly reach: UnitReach;
}

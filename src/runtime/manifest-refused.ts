// No agent can be started from the manifest: nothing of it is good, and nothing good was kept.

import type { Problem } from "../manifest/problem.ts";
import { formatProblem } from "../manifest/problem.ts";

export class ManifestRefused extends Error {
  override readonly name = "ManifestRefused";
  readonly problems: readonly Problem[];

  /** The message is all problems, one a line. */
  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join("\n"));
    this.problems = problems;
  }
}

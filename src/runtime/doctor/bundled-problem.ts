// Whether the NATS server inside the executable could be started from the state directory.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { carriedPart } from "../../host/carried-parts.ts";
import { extractedFolder } from "../../host/extract-part.ts";
import { runBriefly } from "../../host/run-briefly.ts";

const askMs = 5_000;

/** Why not, and what to do; undefined when it could, or is extracted only at the start. Nothing is started but a question for its version. */
export async function bundledProblem(stateDirectory: string): Promise<string | undefined> {
  const part = carriedPart("nats-server");
  if (part === undefined) {
    return 'This executable carries no NATS server. Use one of your own with "nats.mode: external" and "nats.servers"';
  }
  const program = join(extractedFolder(part, stateDirectory), part.files[0]?.path ?? "nats-server");
  if (!existsSync(program)) return undefined;
  const answer = await runBriefly([program, "--version"], askMs);
  if (answer?.code === 0) return undefined;
  return `The bundled NATS server cannot be run from "${program}". Mount its disk without "noexec", or choose another state directory with --state DIR`;
}

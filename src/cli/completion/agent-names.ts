// The hidden command behind `$(muster __agents)` in completion scripts: names of this machine's agents, or nothing.

import { resolve } from "node:path";
import { askedStateDirectory } from "../../host/state-directory.ts";
import { runtimeStatus } from "../../runtime/control-client.ts";

/** Whoever presses Tab waits no longer. */
const timeoutMs = 1_000;

/** Prints one a line. Never rejects: without a runtime there is nothing to offer. */
export async function run(): Promise<number> {
  try {
    const directory = resolve(askedStateDirectory({ flag: undefined, environment: process.env }));
    const { agents } = await runtimeStatus(directory, timeoutMs);
    process.stdout.write(agents.map(({ name }) => `${name}\n`).join(""));
    return 0;
  } catch {
    return 1; // A shell in the middle of a line is no place for error texts.
  }
}

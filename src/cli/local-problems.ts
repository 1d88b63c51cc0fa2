// Files with problems of the runtime on this machine: agents of theirs are missing, or serve in an older form.

import { runtimeStatus } from "../runtime/control-client.ts";
import type { FileStatus } from "../runtime/control-protocol.ts";
import { askLocalRuntime } from "./ask-runtime.ts";
import type { Invocation } from "./command.ts";
import { CommandError } from "./command-error.ts";
import type { Terminal } from "./terminal.ts";

const askMs = 1_000;

/** Empty when no runtime runs here, or none that may be asked. */
export async function localProblems(invocation: Invocation, terminal: Terminal): Promise<readonly FileStatus[]> {
  try {
    const { files } = await askLocalRuntime(invocation, terminal, (directory) => runtimeStatus(directory, askMs));
    return files.filter(({ problems }) => problems.length > 0);
  } catch (error) {
    if (error instanceof CommandError) return [];
    throw error;
  }
}

// What the commands for kept things of the runtime share (`logs`, `trace`): the newest are shown, and with `--follow` those to come.

import { askRuntime, ControlError } from "../runtime/control-client.ts";
import type { ControlRequest } from "../runtime/control-protocol.ts";
import { followRuntime } from "../runtime/control-stream.ts";
import { isAgentReport } from "../runtime/operation.ts";
import { askLocalRuntime } from "./ask-runtime.ts";
import { unknownAgent } from "./change-agent.ts";
import { exitCode } from "./command-error.ts";
import type { Invocation } from "./command.ts";
import { onInterrupt } from "./interrupt.ts";
import type { Terminal } from "./terminal.ts";

const timeoutMs = 10_000;

/**
 * Resolves to the exit code, when all is shown or at Ctrl-C. `isKept` tells an answer from that of another version.
 * Throws a `CommandError` without a runtime, and for an agent that it does not have.
 */
export async function showKept<Kept>(
  invocation: Invocation,
  terminal: Terminal,
  request: ControlRequest & { readonly follow: boolean },
  isKept: (result: unknown) => result is Kept,
  show: (kept: Kept) => void,
): Promise<number> {
  const take = (result: unknown): void => {
    if (isAgentReport(result) && result.type === "unknown-agent")
      throw unknownAgent(invocation.args[0] ?? "", result.agents);
    if (!isKept(result))
      throw new ControlError("The runtime's answer cannot be read: it is of another version than this command");
    show(result);
  };
  const interrupt = onInterrupt();
  try {
    await askLocalRuntime(invocation, terminal, async (directory) => {
      if (request.follow) await followRuntime(directory, request, take, interrupt.signal);
      else take(await askRuntime(directory, request, timeoutMs));
    });
    return exitCode.ok;
  } finally {
    interrupt.stop();
  }
}

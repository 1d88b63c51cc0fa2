// `muster restart`: an agent starts anew.

import { agentArgument, changeAgent, drainMs, drainOption } from "./change-agent.ts";
import type { Command } from "./command.ts";
import { stateOption } from "./common-options.ts";

export const command: Command = {
  name: "restart",
  summary: "Start an agent of this machine's runtime anew",
  details: [
    "The new one takes prompts before the old one stops: no prompt is lost, turns that run may end, conversations go on. One that was " +
      "stopped or drained serves again.",
  ],
  args: [agentArgument],
  options: { ...drainOption, ...stateOption },
  examples: [{ line: "muster restart assistant", does: "as if it had just been declared" }],
  run: (invocation, terminal) =>
    changeAgent(
      { op: "restart", agent: invocation.args[0] ?? "", drainMs: drainMs(invocation) },
      ({ name, state }) => `Agent "${name}" was started anew: ${state}`,
      invocation,
      terminal,
    ),
};

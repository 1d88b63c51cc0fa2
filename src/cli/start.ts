// `muster start`: an agent serves again.

import { agentArgument, changeAgent } from "./change-agent.ts";
import type { Command } from "./command.ts";
import { stateOption } from "./common-options.ts";

export const command: Command = {
  name: "start",
  summary: "Have an agent serve again that was stopped or drained",
  details: ["One that serves goes on serving."],
  args: [agentArgument],
  options: { ...stateOption },
  examples: [{ line: "muster start assistant", does: "after muster stop or muster drain" }],
  run: (invocation, terminal) =>
    changeAgent(
      { op: "start", agent: invocation.args[0] ?? "" },
      ({ name, state }) => `Agent "${name}" serves: ${state}`,
      invocation,
      terminal,
    ),
};

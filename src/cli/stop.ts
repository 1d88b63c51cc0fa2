// `muster stop`: an agent leaves the bus.

import { agentArgument, changeAgent, changeDetails, drainMs, drainOption } from "./change-agent.ts";
import type { Command } from "./command.ts";
import { stateOption } from "./common-options.ts";

export const command: Command = {
  name: "stop",
  summary: "Take an agent off the bus until it is started again",
  details: [
    'Waits for its turns to end, for at most the time given; what still runs then is stopped. "muster start" brings it back, with its conversations.',
    changeDetails,
  ],
  args: [agentArgument],
  options: { ...drainOption, ...stateOption },
  examples: [
    { line: "muster stop assistant", does: "when its turns are done" },
    { line: "muster stop assistant --drain 0s", does: "now" },
  ],
  run: (invocation, terminal) =>
    changeAgent(
      { op: "stop", agent: invocation.args[0] ?? "", drainMs: drainMs(invocation) },
      ({ name, state }) => `Agent "${name}" is ${state}`,
      invocation,
      terminal,
    ),
};

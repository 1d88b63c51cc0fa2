// `muster drain`: an agent takes no more prompts.

import { agentArgument, changeAgent, changeDetails } from "./change-agent.ts";
import type { Command } from "./command.ts";
import { stateOption } from "./common-options.ts";

export const command: Command = {
  name: "drain",
  summary: "Have an agent take no more prompts, and stay on the bus",
  details: [
    "Turns that run or wait go on, and its state is draining. With replicas, the others get its prompts from now on; " +
      'without, callers are told that nobody takes them. "muster start" ends it.',
    changeDetails,
  ],
  args: [agentArgument],
  options: { ...stateOption },
  examples: [{ line: "muster drain assistant", does: "before this machine is taken out of service" }],
  run: (invocation, terminal) =>
    changeAgent(
      { op: "drain", agent: invocation.args[0] ?? "" },
      ({ name, inFlight, queued }) => `Agent "${name}" takes no more prompts: ${inFlight} in work, ${queued} waiting`,
      invocation,
      terminal,
    ),
};

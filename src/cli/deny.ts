// `muster deny`: the local operator does not let an agent do what it asks leave for.

import type { Command } from "./command.ts";
import { stateOption } from "./common-options.ts";
import { decide } from "./decide.ts";

export const command: Command = {
  name: "deny",
  summary: "Do not let an agent do what it asks leave for",
  details: [
    'ID is as "muster approvals" shows it. The agent is told at once; without an answer it is a no when its time is over.',
  ],
  args: [{ name: "ID", description: "which one", complete: "none" }],
  options: { ...stateOption },
  examples: [{ line: "muster deny K7QX2M", does: "say no" }],
  run: (invocation, terminal) => decide("no", invocation, terminal),
};

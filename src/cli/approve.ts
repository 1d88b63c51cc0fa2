// `muster approve`: the local operator lets an agent do what it asks leave for.

import type { Command } from "./command.ts";
import { stateOption } from "./common-options.ts";
import { decide } from "./decide.ts";

export const command: Command = {
  name: "approve",
  summary: "Let an agent do what it asks leave for",
  details: [
    'ID is as "muster approvals" shows it. Once, and exactly what is shown there; --always lets it do exactly the same again in the same ' +
      "conversation, if that belongs to a caller that signs. Exit codes: 0 it was allowed, 1 it was not, or nothing of this ID waits.",
  ],
  args: [{ name: "ID", description: "which one", complete: "none" }],
  options: { always: { description: "also the same again in this conversation" }, ...stateOption },
  examples: [{ line: "muster approve K7QX2M", does: "say yes" }],
  run: (invocation, terminal) => decide(invocation.flag("always") ? "always" : "yes", invocation, terminal),
};

// `muster reload`: has this machine's runtime read its files now.

import { reloadRuntime } from "../runtime/control-client.ts";
import { askLocalRuntime } from "./ask-runtime.ts";
import type { Command, Invocation } from "./command.ts";
import { exitCode } from "./command-error.ts";
import { jsonOption, stateOption } from "./common-options.ts";
import { planFindings, planText } from "./plan-text.ts";
import type { Terminal } from "./terminal.ts";

export const command: Command = {
  name: "reload",
  summary: "Have the runtime of this machine take over changes of its manifest now",
  details: [
    'A runtime notices changes by itself, unless it was started with "--watch off". Prints what was done: agents added, changed, removed, and how many are the same.',
    "Exit codes: 0 all is taken over, 1 a file has problems (its agents stay as they were) or no runtime runs.",
  ],
  args: [],
  options: { ...stateOption, ...jsonOption },
  examples: [{ line: "muster reload", does: "takes over changed files, and rotated secrets" }],
  run: reload,
};

async function reload(invocation: Invocation, terminal: Terminal): Promise<number> {
  const report = await askLocalRuntime(invocation, terminal, (directory) => reloadRuntime(directory));
  if (invocation.flag("json")) terminal.out(`${JSON.stringify(report, undefined, 2)}\n`);
  else terminal.out(planText(report, terminal));
  terminal.err(terminal.safeErr(planFindings(report)));
  return report.problems.length === 0 ? exitCode.ok : exitCode.error;
}

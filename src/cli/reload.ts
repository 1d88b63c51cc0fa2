// `muster reload`: has this machine's runtime read its files now.

import { readCredentials } from "../host/credentials.ts";
import { credentialsFolder, stateFolder } from "../host/systemd-unit.ts";
import { reloadRuntime } from "../runtime/control-client.ts";
import type { ControlRequest } from "../runtime/control-protocol.ts";
import { askLocalRuntime } from "./ask-runtime.ts";
import type { Command, Invocation } from "./command.ts";
import { CommandError, exitCode } from "./command-error.ts";
import { jsonOption, stateOption } from "./common-options.ts";
import { planFindings, planText } from "./plan-text.ts";
import type { Terminal } from "./terminal.ts";

export const command: Command = {
  name: "reload",
  summary: "Have the runtime of this machine take over changes of its manifest now",
  details: [
    'A runtime notices changes by itself, unless it was started with "--watch off". Prints what was done: agents added, changed, removed, and how many are the same.',
    `Asked by root, the machine's service also takes over the secrets in ${credentialsFolder}; systemd's own copies of them stay as they were at its start.`,
    "Exit codes: 0 all is taken over, 1 a file has problems (its agents stay as they were) or no runtime runs.",
  ],
  args: [],
  options: { ...stateOption, ...jsonOption },
  examples: [{ line: "muster reload", does: "takes over changed files, and rotated secrets" }],
  run: reload,
};

async function reload(invocation: Invocation, terminal: Terminal): Promise<number> {
  const report = await askLocalRuntime(invocation, terminal, (directory) =>
    reloadRuntime(directory, reloadRequest(directory)),
  );
  if (invocation.flag("json")) terminal.out(`${JSON.stringify(report, undefined, 2)}\n`);
  else terminal.out(planText(report, terminal));
  terminal.err(terminal.safeErr(planFindings(report)));
  return report.problems.length === 0 ? exitCode.ok : exitCode.error;
}

/** Secrets go to the runtime that they are kept for, and to no other. */
function reloadRequest(stateDirectory: string): ControlRequest & { readonly op: "reload" } {
  const files = stateDirectory === stateFolder && process.getuid?.() === 0 ? serviceCredentials() : undefined;
  if (files === undefined) return { op: "reload" };
  const encoded = [...files].map(([name, content]): [string, string] => [
    name,
    Buffer.from(content).toString("base64"),
  ]);
  return { op: "reload", credentials: Object.fromEntries(encoded) };
}

function serviceCredentials(): ReturnType<typeof readCredentials> {
  try {
    return readCredentials(credentialsFolder);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(`Cannot read the credentials in "${credentialsFolder}": ${reason}`, exitCode.error, {
      cause,
    });
  }
}

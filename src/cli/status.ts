// `muster status`: what this machine's runtime says of itself, over its control socket.

import { runtimeStatus } from "../runtime/control-client.ts";
import { askLocalRuntime } from "./ask-runtime.ts";
import { exitCode } from "./command-error.ts";
import type { Command, Invocation } from "./command.ts";
import { jsonOption, stateOption } from "./common-options.ts";
import { statusText } from "./status-text.ts";
import type { Terminal } from "./terminal.ts";

export const command: Command = {
  name: "status",
  summary: "Show the runtime of this machine: agents, bus, endpoints, files with problems",
  details: ["Asks the runtime of the state directory over its control socket: no NATS is needed for it."],
  args: [],
  options: { ...stateOption, ...jsonOption },
  examples: [
    { line: "muster status", does: "what runs here, and how it is" },
    { line: "muster status --json | jq .bus", does: "its connection, for a program" },
  ],
  run: status,
};

async function status(invocation: Invocation, terminal: Terminal): Promise<number> {
  const current = await askLocalRuntime(invocation, terminal, (directory) => runtimeStatus(directory));
  terminal.out(invocation.flag("json") ? `${JSON.stringify(current, null, 2)}\n` : statusText(current, terminal));
  return exitCode.ok;
}

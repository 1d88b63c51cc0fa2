// argv → command → exit code; the only place that ends the process. Each command is loaded when it is asked for: a start pays for what it uses.

import { printVersion } from "./cli/print-version.ts";

interface Child {
  /** Resolves to the exit code. */
  run(args: readonly string[]): Promise<number>;
}

/** What starts the same executable with a hidden argument: our own children, and shells for their completion. */
const children: ReadonlyMap<string, () => Promise<Child>> = new Map([
  ["__extract", () => import("./host/extract-child.ts")],
  ["__pdf", () => import("./knowledge/documents/pdf/read-pdf-child.ts")],
  ["__engine", () => import("./model/builtin/child/run-engine.ts")],
  ["__agents", () => import("./cli/completion/agent-names.ts")],
]);

const argv = process.argv.slice(2);
const [name = "", ...rest] = argv;
if (name === "version" && rest.length === 0) process.exit(printVersion());
const child = children.get(name);
process.exit(child === undefined ? await runCommand() : await (await child()).run(rest));

async function runCommand(): Promise<number> {
  const { runCommandLine } = await import("./cli/dispatch.ts");
  const { processTerminal } = await import("./cli/terminal.ts");
  const { forgetProxies } = await import("./host/forget-proxies.ts");
  const terminal = processTerminal();
  forgetProxies();
  // Whoever read our output has gone (`muster ps | head -1`): nothing is wrong.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  const code = await runCommandLine(argv, terminal);
  await delivered(process.stdout);
  return code;
}

/** A pipe takes 64 KB at once, and what its reader has not taken by then would be lost at exit. */
function delivered(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.end(() => resolve());
  });
}

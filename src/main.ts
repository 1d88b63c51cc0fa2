// argv → command → exit code; the only place that ends the process. Each command is loaded when it is asked for: a start pays for what it uses.

import * as printVersion from "./cli/print-version.ts";

interface Runnable {
  /** Resolves to the exit code. */
  run(args: readonly string[]): Promise<number>;
}

/** Our own children, which start the same executable with a hidden argument. */
const children: Readonly<Record<string, () => Promise<Runnable>>> = {
  __extract: () => import("./host/extract-child.ts"),
  __engine: () => import("./model/builtin/child/run-engine.ts"),
};

// Whoever read our output has gone (`muster ps | head -1`): nothing is wrong.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

const argv = process.argv.slice(2);
const code = await run(argv);
// What is still on its way to a slow reader is delivered first.
process.stdout.write("", () => process.exit(code));

async function run([name = "", ...rest]: readonly string[]): Promise<number> {
  // The one command that must start as fast as the executable does.
  if (name === "version" && rest.length === 0) return printVersion.run();
  const child = children[name];
  if (child !== undefined) return (await child()).run(rest);
  const [{ runCommandLine }, { processTerminal }] = await Promise.all([
    import("./cli/dispatch.ts"),
    import("./cli/terminal.ts"),
  ]);
  return runCommandLine(argv, processTerminal());
}

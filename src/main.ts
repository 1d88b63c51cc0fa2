// argv → command → exit code; the only place that ends the process. Each command is loaded when it is asked for: a start pays for what it uses.
import * as printVersion from "./cli/print-version.ts";

interface Runnable {
  /** Resolves to the exit code. */
  run(args: readonly string[]): Promise<number>;
}

/** Our own children, which start the same executable with a hidden argument, and what must start faster than the command line's frame. */
const direct: Readonly<Record<string, () => Promise<Runnable>>> = {
  __extract: () => import("./host/extract-child.ts"),
};

const [name = "help", ...args] = process.argv.slice(2);
if (name === "version" && args.length === 0) {
  const { run } = printVersion;
  process.exit(await run());
}
const load = direct[name];
process.exit(load === undefined ? 2 : await (await load()).run(args));

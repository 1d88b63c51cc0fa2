// argv → command → exit code. Each command is loaded when it is asked for: a start pays for what it uses.

interface Command {
  /** Resolves to the exit code. */
  run(args: readonly string[]): Promise<number>;
}

const commands: Readonly<Record<string, () => Promise<Command>>> = {
  version: () => import("./cli/version.ts"),
};

/** Our own children, which start the same executable with a hidden argument. */
const children: Readonly<Record<string, () => Promise<Command>>> = {
  __extract: () => import("./host/extract-child.ts"),
};

const [name = "help", ...args] = process.argv.slice(2);
const load = children[name] ?? commands[name === "--version" || name === "-V" ? "version" : name];
if (load === undefined) {
  process.stderr.write(`Unknown command "${name}". Try "muster help"\n`);
  process.exit(2);
}
const command = await load();
process.exit(await command.run(args));

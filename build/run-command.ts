// Runs a program for the build and says what it printed when it fails.

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs to the end; resolves to its standard output. Throws with the end of its output when it can't start or exits with another code than 0. */
export async function runCommand(argv: readonly string[], options: CommandOptions = {}): Promise<string> {
  const child = Bun.spawn([...argv], {
    cwd: options.cwd ?? process.cwd(),
    env: { ...process.env, ...options.env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code === 0) return stdout;
  throw new Error(`"${argv.join(" ")}" ended with code ${code}: ${(stderr || stdout).slice(-2000).trim()}`);
}

/** The first of the programs that can be found, or undefined. */
export function firstProgram(names: readonly string[]): string | undefined {
  for (const name of names) {
    const path = Bun.which(name);
    if (path !== null) return path;
  }
  return undefined;
}

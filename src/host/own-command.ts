// How this program starts itself again as a child: the executable, or Bun on the source when run from there.

import { join } from "node:path";

/** The argv that runs our own `main` with these arguments. */
export function ownCommand(args: readonly string[]): string[] {
  if (Bun.isStandaloneExecutable) return [process.execPath, ...args];
  return [process.execPath, join(import.meta.dirname, "..", "main.ts"), ...args];
}

// Runs a program to its end within a time, with nothing of our environment but what is given; its life is tied to ours.

import { startChild } from "../child-process.ts";

export interface QuietRun {
  readonly argv: readonly string[];
  /** The whole environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly limitMs: number;
}

export interface QuietResult {
  /** Undefined when a signal ended it, ours after `limitMs` too. */
  readonly code: number | undefined;
  /** Both outputs, the last of it when there is much. */
  readonly output: string;
}

const maxOutputChars = 1024 * 1024;

/** Throws when it can't be started. */
export async function runQuietly({ argv, environment, limitMs }: QuietRun): Promise<QuietResult> {
  const lines: string[] = [];
  let kept = 0;
  const onLine = (line: string): void => {
    kept += line.length;
    if (kept <= maxOutputChars) lines.push(line);
  };
  const child = startChild({ argv: withEnvironment(argv, environment), onLine });
  const limit = setTimeout(() => void child.stop(1000), limitMs);
  try {
    const { code } = await child.ended;
    return { code, output: lines.join("\n") };
  } finally {
    clearTimeout(limit);
  }
}

/** The same program under these variables alone. */
export function withEnvironment(
  argv: readonly string[],
  environment: Readonly<Record<string, string>>,
): readonly [string, ...string[]] {
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  return ["env", "-i", ...variables, ...argv];
}

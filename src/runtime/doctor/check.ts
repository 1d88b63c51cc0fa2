// One check and its bounds: whatever it does, it ends, and takes no other with it.

import { type Finding, problem } from "./finding.ts";

export interface Check {
  /** As the table shows it, such as `disk` or `model fast`. */
  readonly name: string;
  readonly deadlineMs: number;
  /** May throw: that is a finding too. Should end soon after `signal` fires; nobody waits for it then. */
  examine(signal: AbortSignal): Promise<readonly Finding[]>;
}

export interface Examined {
  readonly check: string;
  readonly findings: readonly Finding[];
}

/** Never rejects. */
export async function examine(check: Check): Promise<Examined> {
  const { name, deadlineMs } = check;
  const late = Promise.withResolvers<readonly Finding[]>();
  const limit = new AbortController();
  const timer = setTimeout(() => {
    limit.abort(new Error(`The check took longer than ${deadlineMs / 1_000} s`));
    late.resolve([tooLate(deadlineMs)]);
  }, deadlineMs);
  try {
    return { check: name, findings: await Promise.race([check.examine(limit.signal), late.promise]) };
  } catch (error) {
    return { check: name, findings: [limit.signal.aborted ? tooLate(deadlineMs) : broken(error)] };
  } finally {
    clearTimeout(timer);
  }
}

function tooLate(deadlineMs: number): Finding {
  return problem(
    `The check did not end within ${deadlineMs / 1_000} s`,
    "Something below it hangs, such as a disk, a mount or a server: run muster doctor again, and look there when it stays",
  );
}

function broken(error: unknown): Finding {
  const reason = error instanceof Error ? error.message : String(error);
  return problem(`The check failed: ${reason}`, "Run muster doctor as root; report it when it fails there, too");
}

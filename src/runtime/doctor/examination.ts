// All checks of one run, in the order in which they are shown. Rows of checks run side by side, the checks of a row one after the other.

import { type Check, type Examined, examine } from "./check.ts";

/** Stages come one after the other: calls of models would spoil what the first stage measures. */
export type Stage = readonly (readonly Check[])[];

/** Tells of each check as soon as all before it were told of. Never rejects. */
export async function runStages(stages: readonly Stage[], tell: (examined: Examined) => void): Promise<void> {
  for (const stage of stages) {
    const rows = stage.map(runRow);
    for (const row of rows) for (const examined of row) tell(await examined);
  }
}

function runRow(checks: readonly Check[]): readonly Promise<Examined>[] {
  let before: Promise<unknown> = Promise.resolve();
  return checks.map((check) => {
    const examined = before.then(() => examine(check));
    before = examined;
    return examined;
  });
}

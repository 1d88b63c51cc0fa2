// All checks of one run, in the order in which they are shown. Rows of checks run side by side, the checks of a row one after the other.

import { type Check, type Examined, examine } from "./check.ts";

/** Stages come one after the other: calls of models would spoil what the first stage measures. */
export type Stage = readonly (readonly Check[])[];

/** Rows at work at once, about: a manifest may have hundreds of tools. */
const sideBySide = 32;

/** Tells of each check as soon as all before it were told of. Never rejects. */
export async function runStages(stages: readonly Stage[], tell: (examined: Examined) => void): Promise<void> {
  for (const stage of stages) {
    const rows: (readonly Promise<Examined>[])[] = [];
    for (const [index, checks] of stage.entries()) rows.push(runRow(checks, rows[index - sideBySide]?.at(-1)));
    for (const row of rows) for (const examined of row) tell(await examined);
  }
}

function runRow(checks: readonly Check[], earlier: Promise<unknown> = Promise.resolve()): readonly Promise<Examined>[] {
  let before = earlier;
  return checks.map((check) => {
    const examined = before.then(() => examine(check));
    before = examined;
    return examined;
  });
}

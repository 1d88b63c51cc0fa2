// Indexes of agents that know documents no more: they lie in the state directory until somebody removes them.

import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

export interface LeftOverIndex {
  readonly agent: string;
  /** On the disk. */
  readonly bytes: number;
}

const ending = ".db";

/** By name, without those of `agents`. `folder`: of all indexes; that it is not there means that there are none. */
export function leftOverIndexes(folder: string, agents: ReadonlySet<string>): readonly LeftOverIndex[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return []; // Nobody has known any documents yet.
  }
  const sizes = new Map<string, number>();
  for (const name of names) {
    const end = name.indexOf(ending);
    if (end > 0) sizes.set(name.slice(0, end), (sizes.get(name.slice(0, end)) ?? 0) + sizeOf(join(folder, name)));
  }
  return [...sizes]
    .filter(([agent]) => !agents.has(agent))
    .map(([agent, bytes]) => ({ agent, bytes }))
    .sort((a, b) => (a.agent < b.agent ? -1 : 1));
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

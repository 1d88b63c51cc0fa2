// `muster remove`: the drop-in of an agent, away.

import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { removeFile } from "../host/install-file.ts";
import type { LoadResult } from "../manifest/load.ts";
import { isDropInName } from "../manifest/sighting.ts";
import type { Command, Invocation } from "./command.ts";
import { CommandError } from "./command-error.ts";
import { dropInOption, fileOption, stateOption } from "./common-options.ts";
import { type ManifestPlace, manifestPlace, refuseNewProblems, takeOver } from "./drop-in-change.ts";
import type { Terminal } from "./terminal.ts";

export const command: Command = {
  name: "remove",
  summary: "Take the drop-in of an agent out of agents.d",
  details: [
    "Removes the file that declares the agent. An agent of the main file is refused, as is a file that declares other agents, too, or a model that others use. Running turns of the agent get time to finish.",
    "Exit codes: 0 done, 1 refused or problems, 2 usage.",
  ],
  args: [{ name: "NAME", description: "an agent, or the name of a drop-in such as line3.yaml", complete: "none" }],
  options: { ...fileOption, ...dropInOption, ...stateOption },
  examples: [
    { line: "muster remove line-inspector", does: "the drop-in that declares it" },
    { line: "muster remove line3.yaml", does: "a drop-in with all its agents, good or not" },
  ],
  run: remove,
};

async function remove(invocation: Invocation, terminal: Terminal): Promise<number> {
  const [name = ""] = invocation.args;
  const place = manifestPlace(invocation, terminal);
  const now = await place.load();
  const path = isDropInName(name) ? namedFile(name, place) : fileOfAgent(name, now, place);
  refuseNewProblems(now, await place.load({ without: new Set([path]) }), `others need what "${path}" declares`);
  try {
    removeFile(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(`Cannot remove "${path}": ${reason}`, 1, { cause });
  }
  terminal.out(terminal.safe(`Removed "${path}"\n`));
  return takeOver(place, invocation, terminal);
}

function namedFile(name: string, { folder }: ManifestPlace): string {
  const path = join(folder, basename(name));
  if (path === join(folder, name) && existsSync(path)) return path;
  throw new CommandError(`There is no drop-in "${name}" in "${folder}"`);
}

function fileOfAgent(name: string, { manifest, problems }: LoadResult, { file, folder }: ManifestPlace): string {
  const agents = [...(manifest?.agents.values() ?? [])];
  const path = agents.find((agent) => agent.name === name)?.source;
  if (path === undefined) {
    const hint =
      problems.length === 0
        ? `known are ${agents.map((agent) => agent.name).join(", ") || "none"}`
        : 'files with problems are left out (see "muster check"); remove one by its name, such as line3.yaml';
    throw new CommandError(`There is no agent "${name}" in "${file}" and its drop-ins: ${hint}`);
  }
  if (path === file) {
    throw new CommandError(
      `Agent "${name}" is declared in the main file "${file}", not in a drop-in of "${folder}": take it out there`,
    );
  }
  const others = agents.filter((agent) => agent.source === path && agent.name !== name).map((agent) => agent.name);
  if (others.length === 0) return path;
  throw new CommandError(
    `"${path}" declares ${others.join(", ")}, too: take "${name}" out there, or remove all of them with "muster remove ${basename(path)}"`,
  );
}

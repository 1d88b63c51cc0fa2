// `muster add`: a drop-in, checked against the whole before it is there.

import { lstatSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { installFile } from "../host/install-file.ts";
import { isDropInName } from "../manifest/sighting.ts";
import { reasonOf } from "../manifest/machine.ts";
import type { Command, Invocation } from "./command.ts";
import { CommandError, usageError } from "./command-error.ts";
import { dropInOption, fileOption, stateOption } from "./common-options.ts";
import { type ManifestPlace, manifestPlace, refuseNewProblems, takeOver } from "./drop-in-change.ts";
import type { Terminal } from "./terminal.ts";

export const command: Command = {
  name: "add",
  summary: "Check a drop-in against the manifest, and put it into agents.d",
  details: [
    "The drop-in is checked as it would stand in agents.d, together with all other files: with a problem, nothing is changed. It is put there whole or not at all, under its own name. Where a runtime of this manifest runs, what it did is printed.",
    "Exit codes: 0 done, 1 problems, 2 usage.",
  ],
  args: [{ name: "DROP-IN", description: "a file whose name ends in .yaml", complete: "file" }],
  options: {
    replace: { description: "replace a drop-in of this name that says something else" },
    ...fileOption,
    ...dropInOption,
    ...stateOption,
  },
  examples: [
    { line: "muster add line3.yaml", does: "beside agents.yaml of this folder" },
    { line: "muster add line3.yaml --replace -f /etc/muster/agents.yaml", does: "a new form of it, for the service" },
  ],
  run: add,
};

async function add(invocation: Invocation, terminal: Terminal): Promise<number> {
  const [given = ""] = invocation.args;
  const name = basename(given);
  if (!isDropInName(name))
    throw usageError(`Found "${given}", accepted is a file whose name ends in .yaml and does not start with a dot`);
  const text = await readText(resolve(terminal.folder, given), given);
  const place = manifestPlace(invocation, terminal);
  const path = join(place.folder, name);
  const isThere = await isInPlace(path, text, invocation.flag("replace"));
  refuseNewProblems(
    await place.load(),
    await place.load({ texts: new Map([[path, text]]) }),
    `"${given}" does not fit the manifest "${place.file}"`,
  );
  if (isThere) terminal.out(terminal.safe(`"${path}" says the same already\n`));
  else install(path, text, place, terminal);
  return takeOver(place, invocation, terminal);
}

async function readText(path: string, shown: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new CommandError(`Cannot read "${shown}": ${reasonOf(cause)}`, 1, { cause });
  }
}

/** True when the very text is there already. */
async function isInPlace(path: string, text: string, mayReplace: boolean): Promise<boolean> {
  // Not what it leads to: a link to nowhere is there, too.
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return false;
  if ((await readText(path, path)) === text) return true;
  if (mayReplace) return false;
  throw new CommandError(`"${path}" is there already and says something else. Replace it with --replace`);
}

function install(path: string, text: string, place: ManifestPlace, terminal: Terminal): void {
  try {
    installFile(path, text, place.file);
  } catch (cause) {
    throw new CommandError(`Cannot write "${path}": ${reasonOf(cause)}`, 1, { cause });
  }
  terminal.out(terminal.safe(`Wrote "${path}"\n`));
}

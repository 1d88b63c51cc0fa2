// Adds or removes a caller of the bundled server: by the runtime where it runs, else in its state directory, for its next start.

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { type CallerChange, changeCallerKeys } from "../bus/bundled/bundled-callers.ts";
import { BundledServerError } from "../bus/bundled/bundled-error.ts";
import { asOwnerOf } from "../host/backup/as-owner.ts";
import { askedStateDirectory } from "../host/state-directory.ts";
import { lockStateDirectory } from "../host/state-lock.ts";
import { askRuntime, ControlError } from "../runtime/control-client.ts";
import { type CallerReport } from "../runtime/control-protocol.ts";
import { isCallerReport } from "../runtime/control-wire.ts";
import { askIfRunning } from "./ask-runtime.ts";
import type { Invocation } from "./command.ts";
import { CommandError, exitCode } from "./command-error.ts";
import type { Terminal } from "./terminal.ts";

const answerMs = 15_000;

export async function changeCaller(change: CallerChange, invocation: Invocation, terminal: Terminal): Promise<number> {
  const asked = await askIfRunning(invocation, terminal, (directory) => askForChange(directory, change));
  const report = asked ?? (await changeAtRest(change, invocation, terminal));
  if (invocation.flag("json")) terminal.out(`${JSON.stringify({ ...change, ...report }, undefined, 2)}\n`);
  else terminal.out(text(change, report, asked !== undefined, terminal));
  return exitCode.ok;
}

async function askForChange(stateDirectory: string, change: CallerChange): Promise<CallerReport> {
  const result = await askRuntime(stateDirectory, { op: "caller", ...change }, answerMs);
  if (isCallerReport(result)) return result;
  throw new ControlError("The runtime's answer cannot be read: it is of another version than this command");
}

/** No runtime runs: its keys are changed where they lie. */
async function changeAtRest(change: CallerChange, invocation: Invocation, terminal: Terminal): Promise<CallerReport> {
  const flag = invocation.text("state");
  const directory = resolve(terminal.folder, askedStateDirectory({ flag, environment: terminal.environment }));
  const folder = join(directory, "nats");
  if (!existsSync(join(folder, "caller.nk"))) {
    throw new CommandError(
      `The bundled NATS server of "${directory}" has no keys: start it once with "nats.embedded.auth: nkey", or name its state directory with --state DIR`,
    );
  }
  try {
    return await asOwnerOf(directory, () => changeLocked(directory, folder, change));
  } catch (error) {
    if (!(error instanceof BundledServerError)) throw error;
    throw new CommandError(error.message, exitCode.error, { cause: error });
  }
}

async function changeLocked(directory: string, folder: string, change: CallerChange): Promise<CallerReport> {
  const lock = lockStateDirectory(directory);
  try {
    const added = await changeCallerKeys(folder, change);
    return added === undefined ? {} : { file: added.file, user: added.publicKey };
  } finally {
    lock.release();
  }
}

function text(
  { action, name }: CallerChange,
  { file, user, url }: CallerReport,
  isNow: boolean,
  terminal: Terminal,
): string {
  const when = isNow ? "" : " from the runtime's next start on";
  if (action === "remove") return `Removed the caller "${name}"${isNow ? ": its key is refused now" : when}\n`;
  const context = JSON.stringify({ url: url ?? "nats://127.0.0.1:4222", nkey: file });
  const lines = [
    `Added the caller "${name}"${when}: user ${user ?? ""}`,
    `Its key is "${file ?? ""}": give it to whoever is to call by that name, and to nobody else`,
    `As a NATS context: ${context}`,
  ];
  return lines.map((line) => `${terminal.safe(line)}\n`).join("");
}

// A NATS CLI context for callers of the bundled server, so that other tools reach it by `--context muster`.

import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { makeFolder, writeWhole } from "../../host/write-whole.ts";
import type { Logger } from "../../telemetry/log.ts";
import { runningBus } from "./bus-file.ts";
import { userConfigFolder } from "../connection/nats-context.ts";

export interface ContextTarget {
  readonly url: string;
  readonly nkeyFile: string;
  readonly stateDirectory: string;
  readonly log: Logger;
  /** Default: the user's own. */
  readonly configFolder?: string;
}

const written = "Written by Muster for the state directory ";

/**
 * One context in the state directory, for which `XDG_CONFIG_HOME` is `nats-config` in it, and one among the user's own unless another that is
 * in use is there. Never throws: who has no configuration folder has the one in the state directory.
 */
export function writeNatsContext(target: ContextTarget): void {
  const own = contextPath(target.configFolder ?? userConfigFolder());
  for (const path of [contextPath(join(target.stateDirectory, "nats-config")), own]) {
    try {
      writeContext(path, target);
    } catch (error) {
      target.log.debug("No NATS context is written there", { path, error: String(error) });
    }
  }
}

/**
 * The context among a user's own that was written for this state directory; undefined when there is none, or it is not that one's. Throws when it
 * cannot be read.
 */
export function findNatsContext(configFolder: string, stateDirectory: string): string | undefined {
  const path = contextPath(configFolder);
  return ownerIn(textOf(path)) === stateDirectory ? path : undefined;
}

function contextPath(configFolder: string): string {
  return join(configFolder, "nats", "context", "muster.json");
}

function writeContext(path: string, { url, nkeyFile, stateDirectory, log }: ContextTarget): void {
  const present = textOf(path);
  const owner = ownerIn(present);
  if (owner === "somebody else") {
    log.warn(`The NATS context "${path}" is not Muster's, and stays as it is; Muster's is in the state directory`, {
      file: contextPath(join(stateDirectory, "nats-config")),
    });
    return;
  }
  if (owner !== undefined && owner !== stateDirectory && runningBus(owner) !== undefined) {
    log.info("The NATS context of another runtime stays as it is", { path, stateDirectory: owner });
    return;
  }
  const context = { description: `${written}${stateDirectory}`, url, nkey: nkeyFile };
  const text = `${JSON.stringify(context, undefined, 2)}\n`;
  if (text === present) return;
  makeFolder(dirname(path));
  // Other runtimes may write theirs at the same time.
  writeWhole(path, text, { beside: `.${basename(path)}.${process.pid}` });
}

/** "" when there is none. */
function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}

/** The state directory that the context was written for; undefined when there is none, or an empty file that a power cut left. */
function ownerIn(text: string): string | undefined {
  if (text.trim() === "") return undefined;
  const description = descriptionIn(text);
  return description?.startsWith(written) === true ? description.slice(written.length) : "somebody else";
}

function descriptionIn(text: string): string | undefined {
  try {
    const context: unknown = JSON.parse(text);
    if (typeof context !== "object" || context === null || !("description" in context)) return undefined;
    return typeof context.description === "string" ? context.description : undefined;
  } catch {
    return undefined; // Not JSON: not ours.
  }
}

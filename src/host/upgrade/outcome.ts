// How the last switch of versions ended, as the switch script wrote it.

import { readFileSync } from "node:fs";
import { type UpgradePlaces, upgradePlaces } from "./places.ts";

export interface SwitchOutcome {
  /** `back`: the version before serves again. */
  readonly result: "switched" | "back";
  readonly from: string;
  readonly to: string;
  /** ISO 8601, by the machine's clock. */
  readonly time: string;
  /** Why it went back; empty otherwise. */
  readonly reason: string;
}

/** Undefined where there was none. Throws nothing. */
export function readOutcome({ outcome }: Pick<UpgradePlaces, "outcome">): SwitchOutcome | undefined {
  try {
    return parseOutcome(readFileSync(outcome, "utf8"));
  } catch {
    return undefined; // None was ever written, or not for us to read: then there is nothing to tell.
  }
}

/** That of the installation which this executable is of; undefined where it is of none. */
export function ownOutcome(executable: string = process.execPath): SwitchOutcome | undefined {
  const places = upgradePlaces();
  return executable.startsWith(`${places.library}/`) ? readOutcome(places) : undefined;
}

export function parseOutcome(text: string): SwitchOutcome | undefined {
  const fields = new Map(text.split("\n").map((line) => [line.split("=", 1)[0], line.slice(line.indexOf("=") + 1)]));
  const result = fields.get("result");
  const [from, to] = [fields.get("from"), fields.get("to")];
  if ((result !== "switched" && result !== "back") || from === undefined || to === undefined) return undefined;
  return { result, from, to, time: fields.get("time") ?? "", reason: fields.get("reason") ?? "" };
}

/** One line for people. */
export function outcomeText({ result, from, to, time, reason }: SwitchOutcome): string {
  return result === "switched"
    ? `from ${from} to ${to} at ${time}`
    : `back to ${from} at ${time}, ${to} was given up: ${reason}`;
}

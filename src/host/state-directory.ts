// Where a runtime keeps its state: chosen once, in a fixed order, and made private to its user.

import { accessSync, chmodSync, constants, existsSync, statSync } from "node:fs";
import { userInfo } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { stateFolder } from "./systemd-unit.ts";
import { makeFolder } from "./write-whole.ts";

export interface StateDirectoryChoice {
  /** `--state`. */
  readonly flag?: string | undefined;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly platform?: string;
  /** The home that the user database names; throws or answers "" when there is none. */
  readonly homeOfUser?: () => string;
}

/** The state directory cannot be found, made or written; the text says what to do. */
export class StateDirectoryError extends Error {
  override readonly name = "StateDirectoryError";
}

/**
 * The absolute path, not yet made: `--state`, `$STATE_DIRECTORY` (systemd; the first of its list), `$XDG_STATE_HOME/muster`, then
 * below `$HOME` or the home in the user database. Throws `StateDirectoryError` when none of them says.
 */
export function chooseStateDirectory(choice: StateDirectoryChoice = {}): string {
  const environment = choice.environment ?? process.env;
  if (choice.flag !== undefined) return resolve(choice.flag);
  const [fromSystemd] = (environment["STATE_DIRECTORY"] ?? "").split(":");
  if (fromSystemd !== undefined && fromSystemd !== "") return resolve(fromSystemd);
  return join(stateHome(environment, choice), "muster");
}

/**
 * The state directory that a command means which asks a runtime: of the machine's service, where the user's own holds no runtime that can
 * be asked and none is named. Throws `StateDirectoryError`.
 */
export function askedStateDirectory(
  choice: StateDirectoryChoice = {},
  exists: (path: string) => boolean = existsSync,
): string {
  const environment = choice.environment ?? process.env;
  const own = chooseStateDirectory(choice);
  const isNamed = choice.flag !== undefined || (environment["STATE_DIRECTORY"] ?? "") !== "";
  const isAsked = isNamed || ["control.sock", "control.path"].some((name) => exists(join(own, name)));
  return !isAsked && exists(stateFolder) ? stateFolder : own;
}

/** Whether the directory is there but closed to this user. */
export function isClosedToUs(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.X_OK);
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EACCES";
  }
}

/** Makes the directory with mode 0700 where it is missing, and returns whether it did. Throws `StateDirectoryError`. */
export function makeStateDirectory(path: string): boolean {
  try {
    const made = makeFolder(path);
    if (made !== undefined) chmodSync(path, 0o700);
    if (statSync(path).isDirectory()) return made !== undefined;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StateDirectoryError(
      `Cannot make the state directory "${path}": ${reason}. Choose another with --state DIR`,
      {
        cause,
      },
    );
  }
  throw new StateDirectoryError(`Not a directory: "${path}". Choose another state directory with --state DIR`);
}

function stateHome(environment: Readonly<Record<string, string | undefined>>, choice: StateDirectoryChoice): string {
  const platform = choice.platform ?? process.platform;
  const named = environment[platform === "win32" ? "LOCALAPPDATA" : "XDG_STATE_HOME"];
  if (named !== undefined && isAbsolute(named)) return named;
  const ofEnvironment = environment["HOME"] ?? "";
  const home =
    ofEnvironment === "" ? homeInUserDatabase(choice.homeOfUser ?? (() => userInfo().homedir)) : ofEnvironment;
  if (home !== undefined && isAbsolute(home)) return join(home, ".local", "state");
  throw new StateDirectoryError(
    "No state directory: HOME is not set and the user database names no home. Name one with --state DIR or STATE_DIRECTORY",
  );
}

function homeInUserDatabase(homeOfUser: () => string): string | undefined {
  try {
    return homeOfUser();
  } catch {
    return undefined;
  }
}

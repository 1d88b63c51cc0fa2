// What systemd and the system say of the installed service.

import { readFileSync } from "node:fs";
import { serviceUser, unitName } from "../systemd-unit.ts";
import { runQuietly } from "./run-quietly.ts";

const askMs = 30_000;
/** What a service has of its own process, and nobody else may use. */
const ownOnly = /^(NOTIFY_SOCKET|WATCHDOG_|LISTEN_|INVOCATION_ID|JOURNAL_STREAM|STATE_DIRECTORY|SYSTEMD_|BUN_)/;

/** The variables that the running service has; of one that does not run, the path alone. */
export async function serviceEnvironment(): Promise<Readonly<Record<string, string>>> {
  const pid = (await systemctl("show", "--property", "MainPID", "--value", unitName)).output.trim();
  const path = { PATH: process.env["PATH"] ?? "/usr/bin:/bin" };
  if (!/^[1-9]\d*$/.test(pid)) return path;
  try {
    return { ...path, ...variablesIn(readFileSync(`/proc/${pid}/environ`, "utf8")) };
  } catch {
    return path; // It ended meanwhile.
  }
}

/** Variables of a `/proc/PID/environ`, without those that are its own process's. */
export function variablesIn(environ: string): Readonly<Record<string, string>> {
  const pairs = environ.split("\0").flatMap((text) => {
    const at = text.indexOf("=");
    return at <= 0 || ownOnly.test(text) ? [] : [[text.slice(0, at), text.slice(at + 1)] as const];
  });
  return Object.fromEntries(pairs);
}

/** The user that the service runs as; undefined where there is none. */
export function serviceAccount(
  passwd: string = readFileSync("/etc/passwd", "utf8"),
): { uid: number; gid: number } | undefined {
  const line = passwd.split("\n").find((text) => text.startsWith(`${serviceUser}:`));
  const [uid, gid] = (line?.split(":").slice(2, 4) ?? []).map(Number);
  return uid === undefined || gid === undefined || Number.isNaN(uid + gid) ? undefined : { uid, gid };
}

export async function isActive(unit: string): Promise<boolean> {
  return ["active", "activating"].includes(
    (await systemctl("show", "--property", "ActiveState", "--value", unit)).output.trim(),
  );
}

/** Waits for the end of the job. */
export async function systemctl(...args: readonly string[]): Promise<{ code: number | undefined; output: string }> {
  const environment = { PATH: process.env["PATH"] ?? "/usr/bin:/bin", SYSTEMD_COLORS: "0" };
  return runQuietly({ argv: ["systemctl", ...args], environment, limitMs: args[0] === "start" ? 20 * 60_000 : askMs });
}

// The unit as it stands on this machine.

import { existsSync, readFileSync, realpathSync } from "node:fs";
import { packageLayout, systemLayout, userLayout, type UserFolders } from "../../host/install/layout.ts";
import { runBriefly } from "../../host/run-briefly.ts";
import { unitName, type UnitOptions } from "../../host/systemd-unit.ts";
import { type InstalledUnit, shownProperties } from "./check-unit.ts";

const askMs = 5_000;

export function hasSystemd(): boolean {
  return process.platform === "linux" && existsSync("/run/systemd/system");
}

/** The one that counts: of the administrator before that of the package, of the machine before that of the user. */
export function installedUnit(user: UserFolders | undefined): InstalledUnit | undefined {
  const layouts = [systemLayout(""), packageLayout, ...(user === undefined ? [] : [userLayout(user)])];
  for (const { unitFolder, scope } of layouts) {
    const path = `${unitFolder}/${unitName}`;
    const text = readUnit(path);
    if (text !== undefined) return { path, scope, text };
  }
  return undefined;
}

/** Whether `path` leads to the executable that runs now; undefined when nothing is there. */
export function isThisExecutable(path: string): boolean | undefined {
  try {
    return realpathSync(path) === realpathSync(process.execPath);
  } catch {
    return undefined;
  }
}

/** What systemd knows of the service. Never rejects. */
export async function showUnit(scope: UnitOptions["scope"]): Promise<ReadonlyMap<string, string> | undefined> {
  const user = scope === "user" ? ["--user"] : [];
  const answer = await runBriefly(
    ["systemctl", ...user, "show", unitName, `--property=${shownProperties.join(",")}`],
    askMs,
  );
  if (answer?.code !== 0) return undefined;
  return new Map(answer.text.split("\n").flatMap((line) => property(line)));
}

function property(line: string): [string, string][] {
  const [, name, value = ""] = /^(\w+)=(.*)$/.exec(line) ?? [];
  return name === undefined ? [] : [[name, value]];
}

function readUnit(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined; // Not there, or not for us to see.
  }
}

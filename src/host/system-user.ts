// A user of the machine by name, with its groups, as /etc/passwd and /etc/group have it.

import { readFileSync } from "node:fs";

export interface SystemUser {
  readonly name: string;
  readonly uid: number;
  readonly gids: readonly number[];
}

/** Undefined when there is none, or none in these files. Never throws. */
export function systemUser(name: string, read: (path: string) => string = readText): SystemUser | undefined {
  const [, , uid, gid] = lines(read("/etc/passwd")).find(([one]) => one === name) ?? [];
  if (uid === undefined || gid === undefined) return undefined;
  const others = lines(read("/etc/group")).filter(([, , , members = ""]) => members.split(",").includes(name));
  return { name, uid: Number(uid), gids: [Number(gid), ...others.map(([, , id]) => Number(id))] };
}

/** Of the number that a process runs as. Undefined when the file has none. Never throws. */
export function systemUserName(uid: number, read: (path: string) => string = readText): string | undefined {
  const [name] = lines(read("/etc/passwd")).find(([, , one]) => one === String(uid)) ?? [];
  return name === undefined || name === "" ? undefined : name;
}

function lines(text: string): string[][] {
  return text.split("\n").map((line) => line.split(":"));
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // A system without it.
  }
}

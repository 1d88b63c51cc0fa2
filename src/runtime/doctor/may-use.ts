// Whether a user may use a path: ourselves as the system says, another by the permissions that stand on the way.

import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import type { Stats } from "node:fs";
import { dirname } from "node:path";
import type { SystemUser } from "../../host/system-user.ts";

/** Added up where several are wanted. */
export const mayRead = constants.R_OK;
export const mayWrite = constants.W_OK;
export const mayPass = constants.X_OK;

/** `user` undefined: who asks. What is not there, or not for us to see, is not usable. Never rejects. */
export async function mayUse(path: string, bits: number, user: SystemUser | undefined): Promise<boolean> {
  return user === undefined ? await weMayUse(path, bits) : await userMayUse(path, bits, user);
}

async function weMayUse(path: string, bits: number): Promise<boolean> {
  try {
    await access(path, bits);
    return true;
  } catch {
    return false; // Not there, or not for us.
  }
}

async function userMayUse(path: string, bits: number, user: SystemUser): Promise<boolean> {
  const found = await statOf(path);
  if (found === undefined || !allows(found, user, bits)) return false;
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    const above = await statOf(folder);
    if (above !== undefined && !allows(above, user, mayPass)) return false;
  }
  return true;
}

function allows({ mode, uid, gid }: Stats, user: SystemUser, bits: number): boolean {
  const shift = uid === user.uid ? 6 : user.gids.includes(gid) ? 3 : 0;
  return ((mode >> shift) & bits) === bits;
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch {
    return undefined; // Not there, or not for us to see.
  }
}

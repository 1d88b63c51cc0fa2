// Works in a folder as the user that it belongs to: what root makes there is that user's, and no link of that user's leads root astray.

import { statSync } from "node:fs";

/** Does the work as the folder's owner where we are root, and is root again afterwards, however it ends. The folder is there. */
export async function asOwnerOf<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  const { uid, gid } = statSync(folder);
  const { seteuid, setegid, setgroups, getgroups } = process;
  if (process.geteuid?.() !== 0 || uid === 0) return work();
  if (seteuid === undefined || setegid === undefined || setgroups === undefined) return work();
  const groups = getgroups?.() ?? [];
  setgroups([gid]);
  setegid(gid);
  seteuid(uid);
  try {
    return await work();
  } finally {
    seteuid(0);
    setegid(0);
    setgroups(groups);
  }
}

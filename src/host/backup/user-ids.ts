// The numbers of a user by name, as the user database has them.

export interface UserIds {
  readonly uid: number;
  readonly gid: number;
}

/** Undefined where there is no such user, or no way to ask. */
export function userIds(name: string): UserIds | undefined {
  if (Bun.which("id") === null) return undefined;
  const [uid, gid] = ["-u", "-g"].map((what) =>
    Number(Bun.spawnSync(["id", what, name]).stdout.toString().trim() || "NaN"),
  );
  return uid === undefined || gid === undefined || Number.isNaN(uid + gid) ? undefined : { uid, gid };
}

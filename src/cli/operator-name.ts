// Who runs a command, for a record: as the system has it, whatever the environment says.

import { userInfo } from "node:os";
import { systemUserName } from "../host/system-user.ts";

/** With who that was before `sudo`, at most 128 characters. */
export function operatorName(
  environment: Readonly<Record<string, string | undefined>>,
  user: { readonly uid: number; readonly username: string } = userInfo(),
  nameOf: (uid: number) => string | undefined = systemUserName,
): string {
  const sudo = environment["SUDO_USER"];
  const name = ownName(user, nameOf(user.uid));
  return (sudo === undefined ? name : `${name} (${sudo})`).slice(0, 128);
}

/** Systems without numbers for users have a `uid` below 0. */
function ownName({ uid, username }: { readonly uid: number; readonly username: string }, name?: string): string {
  return name ?? (uid < 0 ? username : `uid ${uid}`);
}

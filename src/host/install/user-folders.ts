// Where a user's own configuration and data are (XDG Base Directory Specification).

import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import type { UserFolders } from "./layout.ts";

export function userFolders(
  environment: Readonly<Record<string, string | undefined>>,
  homeOfUser: () => string = homedir,
): UserFolders & { readonly state: string } {
  const home = environment["HOME"] ?? homeOfUser();
  const folder = (name: string, usual: string): string => {
    const named = environment[name] ?? "";
    return isAbsolute(named) ? named : join(home, usual);
  };
  return {
    home,
    config: folder("XDG_CONFIG_HOME", ".config"),
    data: folder("XDG_DATA_HOME", ".local/share"),
    state: folder("XDG_STATE_HOME", ".local/state"),
  };
}

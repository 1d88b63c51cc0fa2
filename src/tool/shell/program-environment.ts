// What a model's program sees of an environment: what programs need to work at all, and what the manifest gives them. No key, token or setting of ours.

import { isAbsolute } from "node:path";
import type { Secret } from "../../manifest/secret.ts";

const passed = ["HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "SystemRoot", "TEMP", "TMP"];
const usualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const separator = process.platform === "win32" ? ";" : ":";

export function programEnvironment(
  added: Readonly<Record<string, Secret>>,
  own: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, string> {
  const environment: Record<string, string> = { PATH: pathOf(own["PATH"]), TERM: "dumb" };
  for (const name of passed) {
    const value = own[name];
    if (value !== undefined) environment[name] = value;
  }
  for (const [name, value] of Object.entries(added)) environment[name] = value.reveal();
  return environment;
}

/** A folder that depends on where a program is started is none to look for programs in. */
function pathOf(path = usualPath): string {
  return path.split(separator).filter(isAbsolute).join(separator);
}

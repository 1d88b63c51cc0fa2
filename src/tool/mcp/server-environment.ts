// What an MCP server that we start sees of our environment: where things are and who it is, and what its entry of `tools` adds. No key of ours.

import { childEnvironment } from "../../host/child-environment.ts";
import type { McpStdioConfig } from "../../manifest/tools/config.ts";

const kept: readonly string[] = [
  ...["PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "LANG", "LC_ALL", "TZ"],
  // Without these programs do not start on Windows.
  ...["APPDATA", "LOCALAPPDATA", "PATHEXT", "PROGRAMFILES", "SYSTEMDRIVE", "SYSTEMROOT", "TEMP", "TMP", "USERPROFILE"],
];

export function serverEnvironment(
  { env }: Pick<McpStdioConfig, "env">,
  own: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, string> {
  const ours = Object.fromEntries(kept.map((name) => [name, own[name]]));
  const added = Object.entries(env).map(([name, value]) => [name, value.reveal()] as const);
  return childEnvironment(Object.fromEntries(added), ours);
}

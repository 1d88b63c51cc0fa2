// The secrets of an entry, out of what its server says: servers repeat their environment and their headers in errors.

import type { McpServerConfig } from "../../manifest/tools/config.ts";

/** Shorter ones stand in any text. */
const leastChars = 4;

/** Returns what masks them in a text. */
export function hideSecretsOf(server: McpServerConfig): (text: string) => string {
  const all = server.type === "stdio" ? Object.values(server.env) : [server.proxy, ...Object.values(server.headers)];
  const values = all.map((secret) => secret?.reveal() ?? "").filter((value) => value.length >= leastChars);
  // A header's value names its scheme first; what follows is the secret by itself.
  const words = values.flatMap((value) => [value, ...value.split(" ").filter((one) => one.length >= 8)]);
  const longestFirst = [...new Set(words)].sort((one, other) => other.length - one.length);
  return (text) => longestFirst.reduce((shown, secret) => shown.replaceAll(secret, "***"), text);
}

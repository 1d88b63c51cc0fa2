// The licences of everything inside the executable. The build replaces this module by one that embeds them.

import { existsSync } from "node:fs";
import { join } from "node:path";

const file = join(import.meta.dirname, "..", "..", "dist", "THIRD-PARTY-NOTICES.txt");

/** The text that stands beside the executable as `THIRD-PARTY-NOTICES.txt`. */
export async function thirdPartyNotices(): Promise<string> {
  if (existsSync(file)) return Bun.file(file).text();
  return 'Run from source: the notices are written by "npm run build"\n';
}

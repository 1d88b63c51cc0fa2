// The short-lived child that unpacks one part: `__extract NAME FOLDER`.

import { carriedPart } from "./carried-parts.ts";
import { unpackPart } from "./unpack-part.ts";

/** Exit code 0 when the folder holds the part; else 1, with the reason on standard error. */
export async function run(args: readonly string[]): Promise<number> {
  const [name = "", folder = ""] = args;
  const part = carriedPart(name);
  try {
    if (part === undefined) throw new Error(`This executable carries no "${name}"`);
    await unpackPart(part, folder);
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

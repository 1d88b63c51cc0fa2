// The built-in engine's files: carried in the executable, put into the state directory on first use.

import { carriedPart } from "../host/carried-parts.ts";
import { extractPart } from "../host/extract-part.ts";

/** Resolves to the folder of the files. Rejects where this executable carries no engine. */
export async function engineFolder(stateDirectory: string): Promise<string> {
  const part = carriedPart("engine");
  if (part === undefined) throw new Error("This executable carries no engine: use another provider");
  return extractPart(part, stateDirectory);
}

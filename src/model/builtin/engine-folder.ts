// The engine's files on disk: extracted from the executable on first use.

import { carriedPart } from "../../host/carried-parts.ts";
import { extractPart } from "../../host/extract-part.ts";
import { engineHere } from "./availability.ts";

/** Resolves to the absolute folder, in the state directory, that holds the engine. Throws, saying why, when there is none. */
export async function engineFolder(stateDir: string): Promise<string> {
  const part = carriedPart("engine");
  if (part === undefined) throw new Error(engineHere().reason);
  return extractPart(part, stateDir);
}

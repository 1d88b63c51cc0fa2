// `type: files`: up to five tools of one entry, all confined to its root.

import type { FilesToolConfig } from "../../manifest/tools/config.ts";
import type { ToolSource } from "../contract.ts";
import { fixedSource } from "../fixed-source.ts";
import { closedPlaces } from "./closed-places.ts";
import type { Confinement } from "./confined.ts";
import { editTool } from "./edit-file.ts";
import { listTool } from "./list-files.ts";
import { readTool } from "./read-file.ts";
import { searchTool } from "./search-files.ts";
import { writeTool } from "./write-file.ts";

/** What each of them works with. */
export interface FilesPart extends FilesToolConfig {
  readonly place: Confinement;
}

/** `stateDirectory`: closed to models, also where the root holds it. */
export function filesSource(config: FilesToolConfig, stateDirectory: string): ToolSource {
  const part: FilesPart = { ...config, place: { root: config.root, closed: closedPlaces(stateDirectory) } };
  const reading = [readTool(part), listTool(part), searchTool(part)];
  return fixedSource(config.name, config.access === "write" ? [...reading, writeTool(part), editTool(part)] : reading);
}

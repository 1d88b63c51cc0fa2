// The keys of a tool of `type: files`.

import * as z from "zod/mini";
import { choice, folder, size } from "../fields.ts";
import type { FileScope } from "../file-scope.ts";
import type { Raw } from "../parsed-file.ts";
import { formatSize } from "../units.ts";
import type { Path } from "../yaml-tree.ts";
import type { FilesToolConfig } from "./config.ts";
import { allowUnauthenticated, maxOutput, maxOutputDefault } from "./shared-keys.ts";
import { toolType } from "./tool-type.ts";
import { later } from "../later.ts";

const maxSizeDefault = 10 * 1024 ** 2;

export const filesToolSchema = later(() =>
  z.strictObject(
    {
      type: toolType(
        "files",
        "Lets the model read files of a folder, and write them where it may (docs/tools/files.md).",
      ),
      root: folder({ description: "The folder that it is confined to.", need: "yes" }),
      access: z.optional(
        choice(
          {
            description: "`read`: to read, list and search. `write`: also to write and edit, which is privileged.",
            default: "read",
          },
          ["read", "write"],
        ),
      ),
      max_size: z.optional(
        size(
          { description: "Largest file that is read or written.", default: formatSize(maxSizeDefault) },
          1,
          64 * 1024 ** 2,
        ),
      ),
      max_output: maxOutput(),
      allow_unauthenticated: allowUnauthenticated(),
    },
    { error: "a map with type, root, access and other keys of a files tool" },
  ),
);

export function buildFilesTool(name: string, keys: z.infer<typeof filesToolSchema>): FilesToolConfig {
  return {
    type: "files",
    name,
    root: keys.root,
    access: keys.access ?? "read",
    maxSizeBytes: keys.max_size ?? maxSizeDefault,
    maxOutputBytes: keys.max_output ?? maxOutputDefault,
  };
}

/** In the manifest's own words. */
export function filesToolPlain(config: FilesToolConfig): Record<string, unknown> {
  const { type, root, access, maxSizeBytes, maxOutputBytes } = config;
  return { type, root, access, max_size: formatSize(maxSizeBytes), max_output: formatSize(maxOutputBytes) };
}

/** A model that writes manifests gives itself whatever tools it likes. `manifest`: absolute path of the file that this stands in. */
export function checkFilesTool(tool: Raw, path: Path, scope: FileScope, manifest: string): void {
  const { root, access } = tool;
  if (typeof root !== "string") return;
  if (access !== "write") {
    const what =
      root === "/" ? "the whole machine" : isBelow(manifest, root) ? "the folder of this manifest or one above it" : "";
    if (what !== "")
      scope.warning(
        [...path, "root"],
        `Found ${what}, of which a model reads every file that the runtime may read; better a folder with what it needs`,
      );
    return;
  }
  if (!isBelow(manifest, root)) return;
  scope.problem(
    [...path, "root"],
    `Found the folder of this manifest or one above it with access: write, which lets a model change its own manifest; accepted a folder without it`,
  );
}

function isBelow(file: string, folder: string): boolean {
  return file.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}

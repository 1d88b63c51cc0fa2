// What lies in a folder that a model may write to and is run, read as instructions, or watched: with it a model changes more than files.

import type { FileScope } from "../file-scope.ts";
import { asRaw, type Raw } from "../parsed-file.ts";
import type { Path } from "../yaml-tree.ts";
import type { AgentLayers } from "./privileged.ts";

interface Held {
  readonly path: string;
  readonly consequence: string;
}

/** Folders stand as absolute paths in `layers`. Warnings, at the root of the files tool, or at the agent where that is of the defaults. */
export function checkWritable(layers: AgentLayers, path: Path, scope: FileScope): void {
  const effective = (key: string): unknown => layers.find((layer) => key in layer)?.[key];
  const tools = Object.entries(asRaw(effective("tools"))).map(([name, tool]) => [name, asRaw(tool)] as const);
  const held = [
    ...tools.flatMap(([name, tool]) => programsOf(name, tool)),
    ...foldersOf(effective("skills")).map((folder) => ({ path: folder, consequence: "changes its own skills" })),
    ...Object.entries(asRaw(effective("triggers"))).flatMap(([name, trigger]) => watchedBy(name, asRaw(trigger))),
  ];
  for (const [name, { type, access, root }] of tools) {
    if (type !== "files" || access !== "write" || typeof root !== "string") continue;
    const found = held.find((one) => isBelow(one.path, root));
    if (found === undefined) continue;
    const place = "tools" in layers[0] ? [...path, "tools", name, "root"] : path;
    scope.warning(
      place,
      `Found "${root}" with access: write, and "${found.path}" in it: with that a model ${found.consequence}; better a folder of its own for what it writes`,
    );
  }
}

/** Programs, and files among their words, such as a script. */
function programsOf(name: string, tool: Raw): readonly Held[] {
  const { type, command, cwd, allow, ask } = tool;
  const commands =
    type === "shell" ? [...listOf(allow), ...listOf(ask)] : type === "command" || type === "mcp" ? [command] : [];
  const words = commands.flatMap(listOf).filter((word) => typeof word === "string");
  const paths = words.flatMap((word) => {
    if (word.startsWith("/")) return [word];
    return typeof cwd === "string" && /^\.{0,2}[^/]*\/./.test(word) ? [`${cwd}/${word.replace(/^\.\//, "")}`] : [];
  });
  return paths
    .filter((path) => !/[*]|\{\{/.test(path))
    .map((path) => ({ path, consequence: `changes what "${name}" runs` }));
}

function watchedBy(name: string, { file }: Raw): readonly Held[] {
  return typeof file === "string" ? [{ path: file, consequence: `starts its own trigger "${name}"` }] : [];
}

function foldersOf(written: unknown): readonly string[] {
  return [written].flat().filter((folder) => typeof folder === "string");
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}

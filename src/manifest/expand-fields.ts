// A file's tree → plain values for the schema, with `${…}` expanded and paths made absolute in the fields that allow it.

import { missingFolder, notAFolder } from "./folder-reason.ts";
import { expand, hasReference, loadedCredential, type Expansion } from "./expand.ts";
import type { FileScope } from "./file-scope.ts";
import type { Expands } from "./fields.ts";
import { childSchema, factsOf, formOf, type Schema } from "./schema-walk.ts";
import type { Surroundings } from "./surroundings.ts";
import { formatPath, toPlain, type Path, type YamlScalar, type YamlTree } from "./yaml-tree.ts";

export interface Expanded {
  readonly plain: unknown;
  /** Paths (as text) of fields that have a problem already. */
  readonly failed: ReadonlySet<string>;
}

/** `folder` is the absolute folder of the file: relative paths start there. */
export function expandFields(schema: Schema, scope: FileScope, folder: string, surroundings: Surroundings): Expanded {
  const failed = new Set<string>();
  const plain = walk(scope.tree, schema, []);
  return { plain, failed };

  function walk(tree: YamlTree, schemaHere: Schema | undefined, path: Path): unknown {
    const here = formOf(schemaHere, tree);
    if (here === undefined) return toPlain(tree);
    if (tree.kind === "scalar") return scalarOf(tree, here, path);
    if (tree.kind === "list")
      return tree.items.map((item, index) => walk(item, childSchema(here, index), [...path, index]));
    const entries = [...tree.entries].map(([key, entry]) => [
      key,
      walk(entry.value, childSchema(here, key), [...path, key]),
    ]);
    return Object.fromEntries(entries);
  }

  function scalarOf(tree: YamlScalar, here: Schema, path: Path): unknown {
    const { expands: kind, absentAs } = factsOf(here) ?? {};
    if (kind === undefined || typeof tree.value !== "string") return toPlain(tree);
    if (!hasReference(tree.value)) warnOfPlainSecret(kind, tree.value, path);
    const expansion = expand(tree.value, folder, surroundings);
    const value = "failure" in expansion ? expansion : placed(kind, expansion.text, path);
    if ("text" in value) return value.text;
    if (scope.absent(path, value.failure)) return absentAs ?? tree.value;
    failed.add(formatPath(path));
    return tree.value;
  }

  function warnOfPlainSecret(kind: Expands, value: string, path: Path): void {
    if (kind !== "secret" || !looksSecret(path, value)) return;
    scope.warning(path, "Found a secret in plain text; better ${NAME}, ${file:/path} or ${credential:name}");
  }

  function placed(kind: Expands, text: string, path: Path): Expansion {
    if (!["path", "model-file", "folder", "place"].includes(kind) || text.trim() === "") return { text };
    if (/^~(\/|$)/.test(text))
      return { failure: 'Found a path that starts with "~", which is not expanded; write ${HOME}' };
    if (text.includes("\0")) return { failure: "Found a path with a NUL character" };
    if (kind === "place") return { text: surroundings.absolute(text, folder) };
    if (kind === "folder") return folderOf(surroundings.absolute(text, folder), path);
    const absolute = loadedCredential(surroundings.absolute(text, folder), surroundings);
    const reason = surroundings.unreadable(absolute);
    if (kind === "model-file" && surroundings.wasGood === true) return { text: absolute };
    return reason === undefined ? { text: absolute } : { failure: `Cannot read the file "${absolute}": ${reason}` };
  }

  /** A disk may be mounted later, and a folder made by somebody else: only its own agent has to wait for it. */
  function folderOf(absolute: string, path: Path): Expansion {
    const reason = surroundings.notFolder(absolute);
    if (reason === notAFolder) return { failure: `Cannot use the folder "${absolute}": ${reason}` };
    if (reason !== undefined) scope.warning(path, missingFolder(absolute, reason));
    return { text: absolute };
  }
}

/** A header or a proxy is a secret only when it carries one. */
function looksSecret(path: Path, value: string): boolean {
  const key = String(path.at(-1));
  if (path.at(-2) === "headers") return /auth|key|token|secret|cookie|password/i.test(key);
  if (key === "proxy") return /\/\/[^/]*@/.test(value);
  return value.trim() !== "";
}

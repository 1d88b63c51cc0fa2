// The text of one manifest file → its tree, or what keeps it from being one. Never throws; bounded in size, depth and aliases.

import type { FileReport } from "./file-report.ts";
import { readPlainYaml } from "./plain-yaml.ts";
import type * as WholeYaml from "./whole-yaml.ts";
import type { YamlTree } from "./yaml-tree.ts";

/** Larger than a manifest of 5,000 agents. */
export const maxFileBytes = 2 * 1024 * 1024;

// YAML accepts tab, line feed, carriage return and next line.
const controlCharacter = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/** What the file is, for messages. */
export interface FileKind {
  readonly name: string;
  /** What it has at least. */
  readonly least: string;
  readonly second: string;
}

const manifestKind: FileKind = {
  name: "a manifest",
  least: '"agents:" with one agent under it',
  second: "a manifest is one document, more files go to agents.d/",
};

/** Undefined when the text is no YAML, or no single document; the reason is in the report then. */
export function readYaml(text: string, report: FileReport, kind = manifestKind): YamlTree | undefined {
  if (text.length > maxFileBytes) {
    report.problem(0, [], `Found a file of more than ${maxFileBytes / 1024 ** 2} MB; ${kind.name} may not be larger`);
    return undefined;
  }
  const control = controlCharacter.exec(text);
  if (control !== null) {
    const code = control[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
    report.problem(control.index, [], `Found the control character U+${code}; ${kind.name} is plain text`);
    return undefined;
  }
  return readPlainYaml(text) ?? wholeYaml().readWholeYaml(text, report, kind);
}

/** Loaded at its first use: it is the dearest part of reading a manifest, and few need it. */
function wholeYaml(): typeof WholeYaml {
  const module: unknown = require("./whole-yaml.ts");
  if (isWholeYaml(module)) return module;
  throw new Error("The reader of YAML is not what it should be");
}

function isWholeYaml(module: unknown): module is typeof WholeYaml {
  return typeof module === "object" && module !== null && "readWholeYaml" in module;
}

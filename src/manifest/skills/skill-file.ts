// The text of one SKILL.md (format "Agent Skills": YAML front matter, then instructions) → a skill, or what keeps it from being one.

import { basename } from "node:path";
import { quoted } from "../describe-value.ts";
import { FileReport } from "../file-report.ts";
import { FileScope } from "../file-scope.ts";
import type { Problem } from "../problem.ts";
import { readYaml } from "../read-yaml.ts";
import { child, toPlain, type YamlMap } from "../yaml-tree.ts";
import { allowedTools } from "./allowed-tools.ts";
import type { SkillConfig } from "./config.ts";

const maxFileBytes = 64 * 1024;
const maxFrontMatterChars = 16 * 1024;
const maxDescriptionChars = 1024;
const maxNameChars = 64;
const namePattern = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const acceptedName = `a name of 1 to ${maxNameChars} characters out of a-z, 0-9 and single hyphens between them`;
const noKeys = "Found front matter without keys, accepted name: and description:";
const opening = /^---[ \t]*(?=\r?\n)/;
const closing = /\r?\n---[ \t]*(?:\r?\n|$)/;
const controlCharacter = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;
/** What a person who reads the file does not see, or sees elsewhere than the model reads it. */
const hidden = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/u;

export interface SkillRead {
  /** Absent when there is a problem. */
  readonly skill?: SkillConfig;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** `file` and `folder`: absolute paths of the SKILL.md and of its folder. Never throws. */
export function readSkill(text: string, file: string, folder: string): SkillRead {
  const report = new FileReport(file, text);
  const skill = skillOf(text, folder, report);
  const { problems, warnings } = report;
  return { problems, warnings, ...(skill === undefined || problems.length > 0 ? {} : { skill }) };
}

function skillOf(text: string, folder: string, report: FileReport): SkillConfig | undefined {
  const parts = partsOf(text);
  if ("message" in parts) {
    report.problem(parts.offset, [], parts.message);
    return undefined;
  }
  const tree = readYaml(parts.frontMatter, report);
  if (tree === undefined) return undefined;
  if (tree.kind !== "map") {
    report.problem(tree.offset, [], noKeys);
    return undefined;
  }
  const scope = new FileScope(tree, report);
  const name = nameOf(tree, folder, scope);
  const description = descriptionOf(tree, scope);
  const tools = allowedTools(tree, scope);
  if (name === undefined || description === undefined) return undefined;
  const { instructions } = parts;
  return { name, description, instructions, folder, ...(tools === undefined ? {} : { allowedTools: tools }) };
}

interface Parts {
  /** With a blank in place of each character before it, so that its places are those of the file. */
  readonly frontMatter: string;
  readonly instructions: string;
}

interface Refused {
  /** Of a character in the file. */
  readonly offset: number;
  readonly message: string;
}

function partsOf(text: string): Parts | Refused {
  const bytes = Buffer.byteLength(text);
  if (bytes > maxFileBytes)
    return refused(0, `Found ${bytes} bytes, accepted up to ${maxFileBytes}; put the rest into files beside it`);
  const control = controlCharacter.exec(text);
  if (control !== null) {
    const code = control[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
    return refused(control.index, `Found the control character U+${code}, accepted plain text`);
  }
  const open = opening.exec(text)?.[0];
  if (open === undefined) return refused(0, 'Found no front matter, accepted "---" as the first line');
  const close = closing.exec(text.slice(open.length));
  if (close === null) return refused(0, 'Found front matter without its end, accepted a second "---" line');
  const end = open.length + close.index;
  if (end > maxFrontMatterChars)
    return refused(0, `Found front matter of ${end} characters, accepted up to ${maxFrontMatterChars}`);
  const frontMatter = " ".repeat(open.length) + text.slice(open.length, end);
  if (frontMatter.trim() === "") return refused(0, noKeys);
  const instructions = text.slice(end + close[0].length).trim();
  if (instructions === "") return refused(text.length, "Found no instructions after the front matter");
  return { frontMatter, instructions };
}

function refused(offset: number, message: string): Refused {
  return { offset, message };
}

function nameOf(tree: YamlMap, folder: string, scope: FileScope): string | undefined {
  const name = plain(tree, "name");
  if (typeof name !== "string" || name.length > maxNameChars || !namePattern.test(name)) {
    scope.problem(["name"], `Found ${shown(name)}, accepted ${acceptedName}`);
    return undefined;
  }
  if (name !== basename(folder))
    scope.warning(
      ["name"],
      `Found "${name}" in the folder ${quoted(basename(folder))}; a skill is named as its folder`,
    );
  return name;
}

/** On one line, whatever it was written on. */
function descriptionOf(tree: YamlMap, scope: FileScope): string | undefined {
  const written = plain(tree, "description");
  const description = typeof written === "string" ? written.replace(/\s+/gu, " ").trim() : "";
  if (description === "") {
    scope.problem(
      ["description"],
      `Found ${shown(written)}, accepted a text that says what it does and when to use it`,
    );
    return undefined;
  }
  if (description.length > maxDescriptionChars) {
    scope.problem(
      ["description"],
      `Found ${description.length} characters, accepted up to ${maxDescriptionChars}; the rest belongs into the instructions`,
    );
    return undefined;
  }
  if (hidden.test(description) || !description.isWellFormed()) {
    scope.problem(["description"], "Found control characters or hidden ones, accepted plain text");
    return undefined;
  }
  return description;
}

function plain(tree: YamlMap, key: string): unknown {
  const found = child(tree, key);
  return found === undefined ? undefined : toPlain(found.tree);
}

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  return typeof value === "string" ? quoted(value) : "no text";
}

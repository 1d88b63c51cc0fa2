// Rules between the words of a command tool and its parameters.

import { quoted } from "../describe-value.ts";
import type { FileScope } from "../file-scope.ts";
import { asRaw, type Raw } from "../parsed-file.ts";
import type { Surroundings } from "../surroundings.ts";
import type { Path } from "../yaml-tree.ts";
import { checkParameters } from "./check-parameters.ts";
import { namesIn } from "./word-template.ts";

export function checkCommandTool(tool: Raw, path: Path, scope: FileScope, surroundings: Surroundings): void {
  const parameters = asRaw(tool["parameters"]);
  if ("parameters" in tool && !checkParameters(parameters, [...path, "parameters"], scope)) return;
  const properties = asRaw(parameters["properties"]);
  const words = Array.isArray(tool["command"]) ? tool["command"] : [];
  for (const [index, word] of words.entries())
    if (typeof word === "string") checkWord(word, properties, [...path, "command", index], scope);
  checkProgram(words[0], [...path, "command", 0], scope, surroundings);
}

function checkProgram(program: unknown, path: Path, scope: FileScope, surroundings: Surroundings): void {
  if (typeof program !== "string") return;
  if (program === "" || namesIn(program).length > 0)
    scope.problem(path, `Found ${quoted(program)} as the program, accepted a name or a path without {{…}}`);
  else if ((!program.includes("/") || program.startsWith("/")) && !surroundings.hasProgram(program))
    scope.warning(path, `Found no program ${quoted(program)} on this machine`);
}

function checkWord(word: string, properties: Raw, path: Path, scope: FileScope): void {
  if (word.includes("\0")) scope.problem(path, "Found a word with a NUL character");
  for (const name of namesIn(word)) {
    if (!Object.hasOwn(properties, name)) {
      const known = Object.keys(properties).join(", ");
      scope.problem(path, `Found {{${name}}}, which is no argument; accepted are ${known === "" ? "none" : known}`);
      continue;
    }
    if (word.startsWith("{{") && mayBeNegative(asRaw(properties[name])))
      scope.warning(
        path,
        `Found {{${name}}}, a number that may be negative, which a program may take for an option; give it a minimum, 0 or what is meant`,
      );
    const { pattern } = asRaw(properties[name]);
    if (typeof pattern === "string" && !(pattern.startsWith("^") && pattern.endsWith("$")))
      scope.warning(
        path,
        `Found {{${name}}}, whose pattern ${quoted(pattern)} matches a part of a text; write ^…$ around it to have it match all`,
      );
  }
}

function mayBeNegative({ type, minimum, exclusiveMinimum, enum: choices, const: only }: Raw): boolean {
  const isNumber = type === "integer" || type === "number";
  return isNumber && [minimum, exclusiveMinimum, choices, only].every((bound) => bound === undefined);
}

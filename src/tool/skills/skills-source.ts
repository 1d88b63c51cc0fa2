// The tool by which a model uses its agent's skills: it knows their names and descriptions, and reads what they say when it needs it.

import * as z from "zod/mini";
import { type SkillConfig, type SkillsConfig, skillToolName } from "../../manifest/skills/config.ts";
import { boundedText } from "../bounded-text.ts";
import { ToolError, type Tool, type ToolOutput, type ToolSource } from "../contract.ts";
import { described } from "../described.ts";
import { type Confinement, withPlace } from "../files/confined.ts";
import { readText } from "../files/text-file.ts";
import { fixedSource } from "../fixed-source.ts";
import { parametersOf, readInput } from "../parameters.ts";
import { filesBeside } from "./files-beside.ts";

/** Of all descriptions together: they are in each request to the model. */
const descriptionChars = 8192;
const maxFileBytes = 1024 ** 2;
const maxOutputBytes = 64 * 1024;

/**
 * No tool for no skills. Degraded when folders were missing as the manifest was read: it is read again, and the agent made anew, when they come.
 * `stateDirectory`: closed to models, also where a skill's folder holds it.
 */
export function skillsSource({ skills, missing }: SkillsConfig, stateDirectory: string): ToolSource {
  const source = fixedSource("skills", skills.length === 0 ? [] : [skillTool(skills, stateDirectory)]);
  if (missing.length === 0) return source;
  return { ...source, health: () => ({ state: "degraded", reason: missing.join("; ") }) };
}

function skillTool(skills: readonly SkillConfig[], stateDirectory: string): Tool {
  const byName = new Map(skills.map((skill) => [skill.name, skill]));
  const input = z.strictObject({
    name: described(z.enum([...byName.keys()]), "Name of the skill"),
    file: z.optional(
      described(z.string(), "Only to read a file of the skill that its instructions name, such as references/parts.md"),
    ),
  });
  return {
    name: skillToolName,
    description: descriptionOf(skills),
    parameters: parametersOf(input),
    // It may take tools away from the calls after it.
    isReadOnly: false,
    async run(given): Promise<ToolOutput> {
      const { name, file } = readInput(input, given);
      const skill = byName.get(name);
      if (skill === undefined) throw new ToolError("invalid", `There is no skill "${name}"`);
      const place = { root: skill.folder, closed: [stateDirectory] };
      const text =
        file === undefined || file.trim() === "" ? await instructionsOf(skill, place) : await fileOf(place, file);
      const { allowedTools } = skill;
      return { text, ...(allowedTools === undefined ? {} : { allowsOnly: { by: name, tools: allowedTools } }) };
    },
  };
}

function descriptionOf(skills: readonly SkillConfig[]): string {
  const share = Math.floor(descriptionChars / skills.length);
  const lines = skills.map(({ name, description }) => `- ${name}: ${cut(description, share)}`);
  return [
    "Gives the instructions of a skill. Call it before you do what one of these skills is for, then follow its instructions. Skills:",
    ...lines,
  ].join("\n");
}

/** Never within a character. */
function cut(text: string, chars: number): string {
  return text.length <= chars
    ? text
    : `${text
        .slice(0, chars - 1)
        .toWellFormed()
        .replace(/\uFFFD$/, "")}…`;
}

async function instructionsOf(skill: SkillConfig, place: Confinement): Promise<string> {
  const { allowedTools } = skill;
  const rule =
    allowedTools === undefined
      ? ""
      : `\n\n[In this turn only these tools can be called from now on: ${[...allowedTools, skillToolName].join(", ")}]`;
  return `${skill.instructions}${rule}${await filesBeside(place)}`;
}

async function fileOf(place: Confinement, file: string): Promise<string> {
  const text = await withPlace(place, file, (found) => readText(found, maxFileBytes));
  return text === "" ? "[The file is empty]" : boundedText(text, maxOutputBytes);
}

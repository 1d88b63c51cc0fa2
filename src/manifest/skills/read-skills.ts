// Folders of skills → all their skills, and what is wrong with them.

import { join } from "node:path";
import { folderReason } from "../folder-reason.ts";
import { formatProblem } from "../problem.ts";
import type { Surroundings } from "../surroundings.ts";
import type { SkillConfig } from "./config.ts";
import { readSkill } from "./skill-file.ts";

/** Each of them takes room in every request to the model. */
const maxSkills = 64;
const fileName = "SKILL.md";

export interface SkillFinding {
  /** Which of the folders it is in. */
  readonly index: number;
  readonly message: string;
}

export interface SkillsRead {
  readonly skills: readonly SkillConfig[];
  readonly missing: readonly string[];
  readonly problems: readonly SkillFinding[];
  readonly warnings: readonly SkillFinding[];
}

/** `folders`: absolute. Folders in them without a SKILL.md are no skills. Never throws. */
export function readSkills(folders: readonly string[], surroundings: Surroundings): SkillsRead {
  const reading = new Reading(surroundings);
  for (const [index, folder] of folders.entries()) {
    if (!reading.readAll(folder, index)) break;
  }
  const { missing, problems, warnings } = reading;
  return { skills: [...reading.skills.values()], missing, problems, warnings };
}

class Reading {
  readonly skills = new Map<string, SkillConfig>();
  readonly missing: string[] = [];
  readonly problems: SkillFinding[] = [];
  readonly warnings: SkillFinding[] = [];
  readonly #surroundings: Surroundings;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  /** False: there are too many, and no more are read. */
  readAll(folder: string, index: number): boolean {
    const listed = this.#surroundings.listFolders(folder);
    // Whoever checks paths has told it.
    const reason = this.#surroundings.notFolder(folder);
    if (reason !== undefined) {
      this.missing.push(`folder "${folder}": ${folderReason(reason)}`);
      return true;
    }
    if ("failure" in listed) {
      this.problems.push({ index, message: `Cannot list the folder "${folder}": ${listed.failure}` });
      return true;
    }
    let found = 0;
    for (const name of listed.names) {
      if (this.#readOne(join(folder, name), index)) found += 1;
      if (this.skills.size <= maxSkills) continue;
      this.problems.push({ index, message: `Found more than ${maxSkills} skills, accepted up to ${maxSkills}` });
      return false;
    }
    const message = `Found no skill in "${folder}": none of its folders holds a ${fileName}`;
    if (found === 0) this.warnings.push({ index, message });
    return true;
  }

  /** False: there is none. */
  #readOne(folder: string, index: number): boolean {
    const file = join(folder, fileName);
    const read = this.#surroundings.readTextInside(folder, fileName);
    if ("failure" in read) {
      if (read.failure === "no such file") return false;
      this.problems.push({ index, message: `Cannot read the skill "${file}": ${read.failure}` });
      return true;
    }
    const { skill, problems, warnings } = readSkill(read.text, file, folder);
    for (const problem of problems) this.problems.push({ index, message: `A skill: ${formatProblem(problem)}` });
    // Where the message goes says that it is a warning.
    for (const warning of warnings)
      this.warnings.push({ index, message: `A skill: ${formatProblem({ ...warning, severity: "problem" })}` });
    if (skill !== undefined) this.#add(skill, file, index);
    return true;
  }

  #add(skill: SkillConfig, file: string, index: number): void {
    const other = this.skills.get(skill.name);
    if (other === undefined) {
      this.skills.set(skill.name, skill);
      return;
    }
    const message = `A skill: ${file}: Found the name "${skill.name}", which the skill in "${other.folder}" has; accepted another`;
    this.problems.push({ index, message });
  }
}

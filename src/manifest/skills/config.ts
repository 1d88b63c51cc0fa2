// The skills of an agent after parsing.

/** One folder with a SKILL.md. */
export interface SkillConfig {
  readonly name: string;
  /** One line. */
  readonly description: string;
  /** What the model reads when it uses the skill. */
  readonly instructions: string;
  /** Absolute path of its folder. */
  readonly folder: string;
  /** Names of tools, in which `*` stands for any characters; absent: no other than the agent's own. */
  readonly allowedTools?: readonly string[];
}

export interface SkillsConfig {
  /** Absolute paths of the folders that hold skills, as the manifest names them. */
  readonly folders: readonly string[];
  /** By folder, then by the name of their own folder; names are unique. */
  readonly skills: readonly SkillConfig[];
  /** Those of the folders that could not be listed, each with the reason. */
  readonly missing: readonly string[];
}

/** Of the tool by which a model uses skills. */
export const skillToolName = "skill";

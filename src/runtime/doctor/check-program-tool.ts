// Are the programs of a `shell` or `command` tool there, and its folder?

import type { CommandToolConfig, ShellToolConfig } from "../../manifest/tools/config.ts";
import type { Check } from "./check.ts";
import { type Finding, ok, problem, warning } from "./finding.ts";
import { folderProblem } from "./folder-problem.ts";
import { programProblem } from "./program-problem.ts";
import type { RuntimeUser } from "./runtime-user.ts";

/** More of them are counted. */
const maxShown = 5;

export function checkProgramTool(name: string, tool: ShellToolConfig | CommandToolConfig, who: RuntimeUser): Check {
  return { name, deadlineMs: 10_000, examine: () => findings(tool, who) };
}

async function findings(tool: ShellToolConfig | CommandToolConfig, who: RuntimeUser): Promise<readonly Finding[]> {
  const folder = tool.cwd === undefined ? undefined : await folderProblem({ path: tool.cwd, writes: false }, who);
  const programs = programsOf(tool);
  const looked = programs.map(async (program) => await programProblem(program, tool, who));
  const problems = (await Promise.all(looked)).filter((one) => one !== undefined);
  return [...(folder === undefined ? [] : [folder]), ...programFindings(tool, programs, problems)];
}

function programFindings(
  { type }: ShellToolConfig | CommandToolConfig,
  programs: readonly string[],
  problems: readonly string[],
): readonly Finding[] {
  const facts = { programs: programs.length, missing: problems.length };
  if (programs.length === 0) return [ok("Its patterns name no program: a model chooses it", facts)];
  if (problems.length === 0) return [ok(`${programs.slice(0, maxShown).join(", ")}: there, and to be run`, facts)];
  const isUseless = problems.length === programs.length;
  const remedy =
    isUseless && type === "command" ? "Install it, or correct command" : "Install it, or correct allow and ask";
  return problems.slice(0, maxShown).map((text) => (isUseless ? problem : warning)(text, remedy, facts));
}

/** Those that are written out, each once. */
function programsOf(tool: ShellToolConfig | CommandToolConfig): readonly string[] {
  const words = tool.type === "shell" ? [...tool.allow, ...tool.ask].map(([program]) => program) : [tool.command[0]];
  return [...new Set(words)].filter((program) => program !== undefined && !/\*|\{\{/.test(program)).filter(isText);
}

function isText(value: string | undefined): value is string {
  return value !== undefined;
}

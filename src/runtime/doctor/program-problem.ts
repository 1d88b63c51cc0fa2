// Whether a program of a tool is there, as the tool would look for it: in the PATH that it gives its programs.

import { existsSync, statSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import type { ProgramConfig } from "../../manifest/tools/config.ts";
import { programEnvironment } from "../../tool/shell/program-environment.ts";
import { mayPass, mayUse } from "./may-use.ts";
import { type RuntimeUser, unitProblem } from "./runtime-user.ts";

/** In words; undefined: it can be run. Never rejects. */
export async function programProblem(
  program: string,
  { cwd, environment }: Pick<ProgramConfig, "cwd" | "environment">,
  who: RuntimeUser,
): Promise<string | undefined> {
  if (program.includes("/")) {
    if (!isAbsolute(program) && cwd === undefined)
      return `"${program}" starts at the folder of each turn, which is empty: give it cwd, or an absolute path`;
    return fileProblem(resolve(cwd ?? "/", program), who);
  }
  // A service has systemd's own PATH, whatever the one who asks has.
  const { PATH = "" } = programEnvironment(environment, who.dropIns === undefined ? process.env : {});
  const candidates = PATH.split(":").map((folder) => join(folder, program));
  const found = candidates.filter(existsSync);
  if (found.length === 0) return `There is no program "${program}" on the PATH of what tools run`;
  const problems = await Promise.all(found.map((path) => fileProblem(path, who)));
  return problems.includes(undefined) ? undefined : problems[0];
}

async function fileProblem(path: string, who: RuntimeUser): Promise<string | undefined> {
  if (!isFile(path)) return existsSync(path) ? `"${path}" is no program` : `There is no program "${path}"`;
  const whose = who.user === undefined ? "this user" : `the service's user "${who.user.name}"`;
  if (!(await mayUse(path, mayPass, who.user))) return `"${path}" is not for ${whose} to run`;
  return unitProblem(path, false, who)?.text;
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false; // Not there, or not for us to see.
  }
}

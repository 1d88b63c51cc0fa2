// One manifest's text checked as a main file on a machine without any files, for tests.

import { checkManifest } from "../../src/manifest/check-manifest.ts";
import { formatProblem } from "../../src/manifest/problem.ts";
import type { Surroundings } from "../../src/manifest/surroundings.ts";

const surroundings: Surroundings = {
  variables: {},
  hostName: "press-07",
  absolute: (path, base) => (path.startsWith("/") ? path : `${base}/${path}`),
  readText: () => ({ failure: "no such file" }),
  unreadable: () => undefined,
  notFolder: () => undefined,
  listFolders: () => ({ names: [] }),
  readTextInside: () => ({ failure: "no such file" }),
  findsFile: () => undefined,
  hasProgram: () => true,
};

/** Problems and warnings as they are printed. */
export function checkedManifest(text: string, changes: Partial<Surroundings> = {}) {
  const source = { file: "agents.yaml", path: "/etc/agents.yaml", folder: "/etc", isMain: true, text };
  const { manifest, problems, warnings } = checkManifest([source], { ...surroundings, ...changes });
  return { manifest, problems: problems.map(formatProblem), warnings: warnings.map(formatProblem) };
}

/** The agent "a" with these `tools`, written as a flow map's content. */
export function agentWithTools(tools: string): string {
  return `agents:\n  a: { model: ollama/m, tools: { ${tools} } }\n`;
}

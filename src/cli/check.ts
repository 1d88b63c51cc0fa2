// `muster check`: every problem of a manifest and its drop-ins, each with its place.

import { hostname } from "node:os";
import { resolve } from "node:path";
import {
  isServiceManifest,
  readUnitDropIns,
  serviceVariables,
  unitDropInFolder,
  unitReach,
  type UnitReach,
} from "../host/unit-reach.ts";
import type { CheckResult } from "../manifest/check-manifest.ts";
import { loadManifest } from "../manifest/load.ts";
import type { Problem } from "../manifest/problem.ts";
import { formatProblem } from "../manifest/problem.ts";
import { resolvedPlain, resolvedYaml } from "../manifest/resolved.ts";
import { buildLacks } from "../runtime/build-lacks.ts";
import { reloadRuntime } from "../runtime/control-client.ts";
import { askLocalRuntime } from "./ask-runtime.ts";
import type { Command, Invocation } from "./command.ts";
import { exitCode } from "./command-error.ts";
import { dropInOption, fileOption, jsonOption, stateOption } from "./common-options.ts";
import { manifestFile } from "./manifest-file.ts";
import { planFindings, planText } from "./plan-text.ts";
import { styleFor } from "./style.ts";
import type { Terminal } from "./terminal.ts";

export const command: Command = {
  name: "check",
  summary: "Check a manifest and show every problem with its place",
  details: [
    "Reads the drop-ins in agents.d beside the file too. Nothing is started, and no model or server is asked. Exit codes: 0 good, 1 problems, 2 usage.",
  ],
  args: [],
  options: {
    ...fileOption,
    ...dropInOption,
    resolved: { description: "print the effective manifest with every default, secrets masked" },
    "against-running": {
      description: "ask the runtime of this machine what these files would change: agents to add, change, remove",
    },
    ...stateOption,
    ...jsonOption,
  },
  examples: [
    { line: "muster check", does: "agents.yaml here" },
    { line: "muster check -f plant/agents.yaml --resolved", does: "with every default written out" },
    { line: "muster check -f next/agents.yaml --against-running", does: "what it would change here" },
  ],
  run: check,
};

async function check(invocation: Invocation, terminal: Terminal): Promise<number> {
  const file = manifestFile(invocation.text("file"), terminal.folder);
  const dropIn = invocation.text("drop-in");
  if (invocation.flag("against-running")) return checkAgainstRunning(file, dropIn, invocation, terminal);
  const path = resolve(terminal.folder, file);
  const checked = await loadManifest({
    file,
    ...(dropIn === undefined ? {} : { dropIn: resolve(terminal.folder, dropIn) }),
    variables: serviceVariables(path, terminal.environment),
    hostName: hostname(),
    ...buildLacks(),
  });
  const reach = isServiceManifest(path) ? unitReach(checked.seen.files(), readUnitDropIns()) : undefined;
  const result = { ...checked, warnings: [...checked.warnings, ...hiddenFiles(file, reach)] };
  if (invocation.flag("json")) showJson(result, invocation, terminal);
  else showText(file, result, invocation, terminal);
  if (reach?.dropIn !== undefined) terminal.err(terminal.safeErr(dropInAdvice(reach.dropIn)));
  return result.problems.length === 0 ? exitCode.ok : exitCode.error;
}

function hiddenFiles(file: string, reach: UnitReach | undefined): Problem[] {
  return (reach?.hidden ?? []).map((path) => ({
    file,
    line: 1,
    column: 1,
    path: "",
    message: `Found the file "${path}", which muster.service cannot see: the unit hides that folder from it`,
    severity: "warning",
  }));
}

function dropInAdvice(dropIn: string): string {
  return `To show them to the service, write ${unitDropInFolder}/files.conf, then "systemctl daemon-reload" and "systemctl restart muster":\n\n${dropIn}\n`;
}

/** The runtime reads the files: it is its environment and its credentials that count. */
async function checkAgainstRunning(
  file: string,
  dropIn: string | undefined,
  invocation: Invocation,
  terminal: Terminal,
): Promise<number> {
  const folder = dropIn === undefined ? {} : { dropIn: resolve(terminal.folder, dropIn) };
  const request = { op: "plan", file: resolve(terminal.folder, file), ...folder } as const;
  const plan = await askLocalRuntime(invocation, terminal, (directory) => reloadRuntime(directory, request));
  terminal.out(invocation.flag("json") ? `${JSON.stringify(plan, undefined, 2)}\n` : planText(plan, terminal));
  terminal.err(terminal.safeErr(planFindings(plan)));
  return plan.problems.length === 0 ? exitCode.ok : exitCode.error;
}

function showText(file: string, result: CheckResult, invocation: Invocation, terminal: Terminal): void {
  for (const problem of [...result.problems, ...result.warnings])
    terminal.err(`${terminal.safeErr(formatProblem(problem))}\n`);
  if (result.problems.length > 0) {
    terminal.err(`${count(result.problems.length, "problem")} in "${file}"${warned(result)}\n`);
  } else if (invocation.flag("resolved") && result.manifest !== undefined) {
    terminal.out(terminal.safe(resolvedYaml(result.manifest)));
  } else {
    const agents = count(result.manifest?.agents.size ?? 0, "agent");
    terminal.out(`${styleFor(terminal).good("Good")}: "${file}" with ${agents}${warned(result)}\n`);
  }
}

function warned({ warnings }: CheckResult): string {
  return warnings.length === 0 ? "" : ` and ${count(warnings.length, "warning")}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function showJson(result: CheckResult, invocation: Invocation, terminal: Terminal): void {
  const resolved = invocation.flag("resolved") && result.problems.length === 0 ? result.manifest : undefined;
  const json = {
    ok: result.problems.length === 0,
    problems: result.problems.map(problemToJson),
    warnings: result.warnings.map(problemToJson),
    ...(resolved === undefined ? {} : { resolved: resolvedPlain(resolved) }),
  };
  terminal.out(`${JSON.stringify(json, undefined, 2)}\n`);
}

function problemToJson({ file, line, column, path, message }: Problem): Record<string, unknown> {
  return { file, line, column, path, message };
}

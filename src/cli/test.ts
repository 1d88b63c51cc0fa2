// `muster test`: prompts of a file with what is expected of their answers, asked of agents as they run.

import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { type EvaluationCase, readEvaluation } from "../manifest/evaluation/read-evaluation.ts";
import { decodeFile } from "../manifest/decode-file.ts";
import { formatProblem, type Problem } from "../manifest/problem.ts";
import { maxFileBytes } from "../manifest/read-yaml.ts";
import { compilablePatterns } from "../runtime/evaluation/compilable-patterns.ts";
import { type CaseResult, runCase } from "../runtime/evaluation/run-case.ts";
import { reasonOf } from "../manifest/machine.ts";
import type { Command, Invocation } from "./command.ts";
import { CommandError, exitCode } from "./command-error.ts";
import { jsonOption, serverDetails, serverOptions } from "./common-options.ts";
import { connectBus } from "./connect-bus.ts";
import { evaluationPorts } from "./evaluation-ports.ts";
import { failuresText, resultsTable } from "./evaluation-text.ts";
import { findAgent } from "./find-agent.ts";
import { onInterrupt } from "./interrupt.ts";
import type { Terminal } from "./terminal.ts";

export const command: Command = {
  name: "test",
  summary: "Ask agents the prompts of a file, and check their answers against what is expected",
  details: [
    "The file holds cases: prompts, what answers contain or match, their JSON Schema, which tools are called, how long it may take. The agents " +
      "are asked over the bus, as by `muster ask`, each try in a conversation of its own. Which tools are called is known of the agents of this machine's runtime, " +
      "and with what, where it was started with `muster run --log-prompts`.",
    "Exit codes: 0 every case passed, 1 one failed or the file has problems, 2 usage, 3 no such agent, 130 interrupted.",
    serverDetails,
  ],
  args: [{ name: "FILE", description: "the cases, in YAML", complete: "file" }],
  options: { ...jsonOption, ...serverOptions },
  examples: [
    { line: "muster test cases.yaml", does: "all cases, and a table" },
    { line: "muster test cases.yaml --json | jq '.cases[] | select(.ok | not)'", does: "what failed, for a program" },
  ],
  run: test,
};

async function test(invocation: Invocation, terminal: Terminal): Promise<number> {
  const [file = ""] = invocation.args;
  const { cases, problems } = await readCases(file, terminal);
  if (problems.length > 0) return showProblems(file, problems, invocation, terminal);
  const results = await runAll(cases, invocation, terminal);
  const ok = results.every((result) => result.ok);
  if (invocation.flag("json")) terminal.out(`${JSON.stringify({ ok, cases: results }, undefined, 2)}\n`);
  else terminal.out(`${resultsTable(results, terminal)}${failuresText(results, terminal)}`);
  return ok ? exitCode.ok : exitCode.error;
}

async function readCases(
  file: string,
  terminal: Terminal,
): Promise<{ readonly cases: readonly EvaluationCase[]; readonly problems: readonly Problem[] }> {
  const decoded = decodeFile(await readBytes(file, terminal));
  if ("failure" in decoded) {
    return { cases: [], problems: [{ file, path: "", severity: "problem", ...decoded.failure }] };
  }
  const read = readEvaluation(file, decoded.text);
  try {
    await compilablePatterns(read.cases);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`Cannot use a pattern of "${file}": ${reason}`, exitCode.error, { cause: error });
  }
  return read;
}

async function readBytes(file: string, terminal: Terminal): Promise<Uint8Array> {
  const path = resolve(terminal.folder, file);
  try {
    const { size } = await stat(path);
    // Its text is refused all the same when it is somewhat smaller: this only keeps a device or a disk image out of memory.
    if (size > 4 * maxFileBytes) throw new RangeError(`it has ${size} bytes`);
    return await readFile(path);
  } catch (error) {
    const reason = error instanceof RangeError ? error.message : reasonOf(error);
    throw new CommandError(`Cannot read "${file}": ${reason}`, exitCode.error, { cause: error });
  }
}

function showProblems(file: string, problems: readonly Problem[], invocation: Invocation, terminal: Terminal): number {
  if (invocation.flag("json")) {
    const shown = problems.map(({ line, column, path, message }) => ({ file, line, column, path, message }));
    terminal.out(`${JSON.stringify({ ok: false, problems: shown }, undefined, 2)}\n`);
    return exitCode.error;
  }
  for (const problem of problems) terminal.err(`${terminal.safeErr(formatProblem(problem))}\n`);
  terminal.err(`${problems.length} ${problems.length === 1 ? "problem" : "problems"} in "${file}"\n`);
  return exitCode.error;
}

async function runAll(
  cases: readonly EvaluationCase[],
  invocation: Invocation,
  terminal: Terminal,
): Promise<readonly CaseResult[]> {
  const bus = await connectBus(invocation, terminal);
  const interrupt = onInterrupt();
  try {
    const agents = new Map<string, Awaited<ReturnType<typeof findAgent>>>();
    for (const { agent } of cases) {
      if (!agents.has(agent)) agents.set(agent, await findAgent(bus, agent, interrupt.signal));
    }
    const results: CaseResult[] = [];
    for (const evaluated of cases) {
      const agent = agents.get(evaluated.agent);
      if (agent === undefined) continue;
      const { signal } = interrupt;
      const result = await runCase(evaluated, evaluationPorts({ bus, agent, invocation, terminal, signal }));
      results.push(result);
      if (terminal.isErrTerminal) {
        terminal.err(terminal.safeErr(`${result.name}: ${result.passed} of ${result.runs}\n`));
      }
    }
    return results;
  } finally {
    interrupt.stop();
    await bus.connection.close();
  }
}

// The text of an evaluation file → its cases with every default, or each problem with its place.

import { reportShape } from "../check-shape.ts";
import { describeValue } from "../describe-value.ts";
import { FileReport } from "../file-report.ts";
import { FileScope } from "../file-scope.ts";
import type { Problem } from "../problem.ts";
import { readYaml } from "../read-yaml.ts";
import { type Path, toPlain } from "../yaml-tree.ts";
import { acceptedExpect, evaluationSchema, type EvaluationKeys, type Expectations } from "./schema-evaluation.ts";

export interface EvaluationTurn {
  readonly prompt: string;
  readonly expect: Expectations;
}

export interface EvaluationCase {
  readonly name: string;
  /** An address, as `muster ask` takes it. */
  readonly agent: string;
  /** One conversation, in order. */
  readonly turns: readonly EvaluationTurn[];
  readonly runs: number;
  /** How many of the runs must pass; at most `runs`. */
  readonly pass: number;
  /** Longest answer to one prompt. */
  readonly timeoutMs: number;
}

export interface ReadEvaluation {
  /** Empty when there is a problem. */
  readonly cases: readonly EvaluationCase[];
  readonly problems: readonly Problem[];
}

const kind = {
  name: "an evaluation",
  least: '"cases:" with one case under it',
  second: "an evaluation is one document",
};
const defaultTimeoutMs = 5 * 60_000;

/** `file` is how messages name it. */
export function readEvaluation(file: string, text: string): ReadEvaluation {
  const report = new FileReport(file, text);
  const tree = readYaml(text, report, kind);
  if (tree === undefined) return { cases: [], problems: report.problems };
  if (tree.kind !== "map") {
    report.problem(tree.offset, [], `Found ${describeValue(tree)}, accepted a map with "cases:" and other keys`);
    return { cases: [], problems: report.problems };
  }
  const scope = new FileScope(tree, report);
  const plain = toPlain(tree);
  const result = evaluationSchema.safeParse(plain);
  if (!result.success) {
    reportShape(result.error.issues, evaluationSchema, scope, { failed: new Set(), mainOnly: [], plain });
    return { cases: [], problems: report.problems };
  }
  const cases = casesOf(result.data, scope);
  return { cases: report.problems.length === 0 ? cases : [], problems: report.problems };
}

function casesOf(keys: EvaluationKeys, scope: FileScope): EvaluationCase[] {
  const all = Object.entries(keys.cases);
  if (all.length === 0) scope.problem(["cases"], "Found no case, accepted a map with at least one");
  return all.map(([name, given]) => {
    const path = ["cases", name];
    const agent = given.agent ?? keys.agent;
    const runs = given.runs ?? keys.runs ?? 1;
    const pass = given.pass ?? (given.runs === undefined ? keys.pass : undefined) ?? runs;
    if (agent === undefined) {
      scope.keyProblem(path, 'Found a case without an agent; name it in "agent:" here, or for all cases at the top');
    }
    if (pass > runs) {
      const where = given.pass === undefined ? ["pass"] : [...path, "pass"];
      scope.problem(where, `Found pass: ${pass}, accepted at most the number of runs, ${runs}`);
    }
    const timeoutMs = given.timeout ?? keys.timeout ?? defaultTimeoutMs;
    return { name, agent: agent ?? "", turns: turnsOf(given, path, scope), runs, pass, timeoutMs };
  });
}

function turnsOf(
  { prompt, expect, turns }: EvaluationKeys["cases"][string],
  path: readonly string[],
  scope: FileScope,
): EvaluationTurn[] {
  if (turns === undefined) {
    if (prompt === undefined) scope.keyProblem(path, 'Found a case without a prompt, accepted "prompt:" or "turns:"');
    if (expect === undefined) scope.keyProblem(path, 'Found a case that expects nothing; write "expect:"');
    mustExpect(expect, [...path, "expect"], scope);
    return [{ prompt: prompt ?? "", expect: expect ?? {} }];
  }
  const stray = prompt === undefined ? "expect" : "prompt";
  if (prompt !== undefined || expect !== undefined) {
    scope.keyProblem([...path, stray], `Found "${stray}:" beside "turns:"; put it into one of the turns`);
  }
  if (turns.every((turn) => turn.expect === undefined)) {
    scope.keyProblem([...path, "turns"], 'Found turns that expect nothing; one at least has "expect:"');
  }
  for (const [index, turn] of turns.entries()) mustExpect(turn.expect, [...path, "turns", index, "expect"], scope);
  return turns.map((turn) => ({ prompt: turn.prompt, expect: turn.expect ?? {} }));
}

function mustExpect(expect: Expectations | undefined, path: Path, scope: FileScope): void {
  if (expect !== undefined && Object.keys(expect).length === 0) {
    scope.problem(path, `Found an empty map, accepted ${acceptedExpect}`);
  }
}

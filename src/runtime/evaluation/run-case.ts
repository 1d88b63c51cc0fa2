// Tries one case of an evaluation as often as it says, each try in a conversation of its own.

import type { EvaluationCase, EvaluationTurn } from "../../manifest/evaluation/read-evaluation.ts";
import type { ToolCallTrace } from "../../telemetry/trace.ts";
import { judgeTurn, looksAtTools } from "./judge-turn.ts";

export interface GivenAnswer {
  readonly answer: string;
  readonly totalMs: number;
  /** Why it is not whole. */
  readonly failure?: string;
}

export interface EvaluationPorts {
  /** Resolves also when the answer fails; rejects when nothing can be asked any more. */
  ask(request: { readonly prompt: string; readonly session: string; readonly timeoutMs: number }): Promise<GivenAnswer>;
  /** The calls of a conversation's turn, from 0. Rejects when they cannot be known. */
  toolsOf(session: string, turn: number): Promise<readonly ToolCallTrace[]>;
  /** A conversation that nobody had. */
  newSession(): string;
}

export interface TurnResult extends GivenAnswer {
  readonly prompt: string;
  /** The names, where it was expected what is called. */
  readonly tools?: readonly string[];
  /** What was expected and did not come. */
  readonly misses: readonly string[];
}

export interface TryResult {
  readonly ok: boolean;
  readonly totalMs: number;
  /** Up to the one that failed. */
  readonly turns: readonly TurnResult[];
}

export interface CaseResult {
  readonly name: string;
  readonly agent: string;
  readonly runs: number;
  readonly pass: number;
  readonly passed: number;
  readonly ok: boolean;
  readonly tries: readonly TryResult[];
}

/** Rejects only as its ports do, or with what is wrong with a pattern. */
export async function runCase(evaluated: EvaluationCase, ports: EvaluationPorts): Promise<CaseResult> {
  const { name, agent, runs, pass } = evaluated;
  const tries: TryResult[] = [];
  for (let index = 0; index < runs; index++) tries.push(await runTry(evaluated, ports));
  const passed = tries.filter(({ ok }) => ok).length;
  return { name, agent, runs, pass, passed, ok: passed >= pass, tries };
}

async function runTry({ turns, timeoutMs }: EvaluationCase, ports: EvaluationPorts): Promise<TryResult> {
  const session = ports.newSession();
  const results: TurnResult[] = [];
  for (const [index, turn] of turns.entries()) {
    const given = await ports.ask({ prompt: turn.prompt, session, timeoutMs });
    const result = await judged(turn, given, () => ports.toolsOf(session, index));
    results.push(result);
    // What follows would be about another conversation than the one that was meant.
    if (result.misses.length > 0) break;
  }
  const ok = results.every(({ misses }) => misses.length === 0);
  return { ok, totalMs: results.reduce((sum, { totalMs }) => sum + totalMs, 0), turns: results };
}

async function judged(
  { prompt, expect }: EvaluationTurn,
  given: GivenAnswer,
  toolsOf: () => Promise<readonly ToolCallTrace[]>,
): Promise<TurnResult> {
  if (given.failure !== undefined) return { prompt, ...given, misses: [given.failure] };
  if (!looksAtTools(expect)) return { prompt, ...given, misses: await judgeTurn(expect, given) };
  const tools = await toolsOf();
  const misses = await judgeTurn(expect, { ...given, tools });
  return { prompt, ...given, tools: tools.map(({ name }) => name), misses };
}

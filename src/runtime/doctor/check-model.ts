// Is a model there, does it answer, how fast?

import type { ModelProbe } from "../../model/probe.ts";
import type { ProbeReport } from "../probe-for-asker.ts";
import type { Check } from "./check.ts";
import { type Facts, type Finding, ok, problem, problemOf, skipped, warning } from "./finding.ts";

export interface ModelFacts {
  readonly name: string;
  /** As the provider calls it. */
  readonly model: string;
  readonly provider: string;
  /** Absent for the built-in engine. */
  readonly url?: string;
  readonly isFetchedWhenMissing: boolean;
  /** No agent uses it. */
  readonly isUnused: boolean;
  /** Why it is not asked; undefined when it is. */
  readonly skip: string | undefined;
  readonly limitMs: number;
  /** One short call. */
  readonly probe: (limitMs: number, signal: AbortSignal) => Promise<ProbeReport>;
}

/** For an answer that says that there is none. */
const graceMs = 5_000;
/** Below this nobody reads along. */
const slowTokensPerSecond = 1;

export function checkModel(facts: ModelFacts): Check {
  return {
    name: `model ${facts.name}`,
    deadlineMs: facts.limitMs + graceMs,
    examine: async (signal) => [await modelFinding(facts, signal)],
  };
}

async function modelFinding(facts: ModelFacts, signal: AbortSignal): Promise<Finding> {
  if (facts.skip !== undefined) return skipped(facts.skip);
  const report = await facts.probe(facts.limitMs, signal);
  switch (report.type) {
    case "unknown-model":
      return skipped("The runtime that runs does not know it: its manifest is another one, or has not been taken over");
    case "failed":
      return report.kind === "late" ? late(facts) : failed(facts, report);
    case "probed":
      return report.probe.isPresent ? answered(facts, report.probe) : missing(facts);
  }
}

function late({ limitMs, url }: ModelFacts): Finding {
  const where = url ?? "the engine";
  return problem(
    `No answer within ${limitMs / 1_000} s`,
    `A first load from a slow disk takes long: try --wait 10m. Else see what ${where} is busy with, and the memory above`,
  );
}

function failed({ url }: ModelFacts, { kind, reason }: Extract<ProbeReport, { type: "failed" }>): Finding {
  if (kind === "no-memory") return noMemory(reason);
  return problemOf(reason, url === undefined ? "See muster logs" : `Check ${url} and what the manifest says of it`);
}

/** Its text is made for callers: sizes, a colon, what to do. */
function noMemory(reason: string): Finding {
  const [what = "", remedy = ""] = reason.split(/: (.*)/s);
  return problem(what, remedy === "" ? "Take a smaller model" : remedy.replace(/^./, (first) => first.toUpperCase()));
}

function missing({ name, model, provider, isFetchedWhenMissing }: ModelFacts): Finding {
  if (provider === "builtin") {
    if (!isFetchedWhenMissing) return problem("Its file is not there", `Put it where models.${name}.file says`);
    return warning(
      "Its file has not been fetched yet",
      "The first prompt fetches it from its url: prompt it while there is a network",
    );
  }
  const fetch = provider === "ollama" ? `ollama pull ${model}` : `fetch "${model}" there`;
  if (isFetchedWhenMissing) {
    return warning(
      `"${model}" is not there yet`,
      `The first prompt fetches it; to have it before there is no network: ${fetch}`,
    );
  }
  return problem(`"${model}" is not there`, `${fetch}, or set models.${name}.pull to if-missing`);
}

function answered({ isUnused }: ModelFacts, { contextTokens, answer }: ModelProbe): Finding {
  const speed = answer?.tokensPerSecond;
  const parts = [
    answer?.firstTextMs === undefined ? "answers" : `answers after ${seconds(answer.firstTextMs)}`,
    ...(speed === undefined ? [] : [`${speed.toFixed(1)} tokens/s`]),
    ...(contextTokens === undefined ? [] : [`context ${contextTokens} tokens`]),
    ...(isUnused ? ["no agent uses it"] : []),
  ];
  const facts = answerFacts({
    isPresent: true,
    ...(contextTokens === undefined ? {} : { contextTokens }),
    ...(answer && { answer }),
  });
  if (speed === undefined || speed >= slowTokensPerSecond) return ok(parts.join(", "), facts);
  return warning(
    parts.join(", "),
    "Too slow to read along: a smaller model, fewer threads than cores in use, or an endpoint elsewhere",
    facts,
  );
}

function answerFacts({ contextTokens, answer }: ModelProbe): Facts {
  return {
    ...(contextTokens === undefined ? {} : { contextTokens }),
    ...(answer === undefined ? {} : { totalMs: Math.round(answer.totalMs), outputTokens: answer.outputTokens }),
    ...(answer?.firstTextMs === undefined ? {} : { firstTextMs: Math.round(answer.firstTextMs) }),
    ...(answer?.tokensPerSecond === undefined ? {} : { tokensPerSecond: Math.round(answer.tokensPerSecond * 10) / 10 }),
  };
}

function seconds(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

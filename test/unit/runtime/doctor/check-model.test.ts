import { expect, test } from "bun:test";
import { checkModel, type ModelFacts } from "../../../../src/runtime/doctor/check-model.ts";
import type { ProbeReport } from "../../../../src/runtime/probe-for-asker.ts";
import { findingsOf, linesOf } from "./findings.ts";

function check(report: ProbeReport, given: Partial<ModelFacts> = {}) {
  return checkModel({
    name: "fast",
    model: "qwen3:1.7b",
    provider: "ollama",
    url: "http://127.0.0.1:11434",
    isFetchedWhenMissing: false,
    isUnused: false,
    skip: undefined,
    limitMs: 1_000,
    probe: () => Promise.resolve(report),
    ...given,
  });
}

function answered(tokensPerSecond?: number): ProbeReport {
  const speed = tokensPerSecond === undefined ? {} : { tokensPerSecond };
  const answer = { firstTextMs: 1234, totalMs: 2345.6, outputTokens: 24, ...speed };
  return { type: "probed", probe: { isPresent: true, contextTokens: 4096, answer } };
}

test("a model that answers is said to, with its figures for programs", async () => {
  expect(await findingsOf(check(answered(20.44)))).toEqual([
    {
      result: "ok",
      text: "answers after 1.2 s, 20.4 tokens/s, context 4096 tokens",
      facts: { contextTokens: 4096, totalMs: 2346, outputTokens: 24, firstTextMs: 1234, tokensPerSecond: 20.4 },
    },
  ]);
});

test("one that crawls is a warning", async () => {
  expect((await findingsOf(check(answered(0.3))))[0]?.result).toBe("warning");
});

test("one that is missing is a problem, or a warning where the first prompt fetches it", async () => {
  const missing = { type: "probed", probe: { isPresent: false } } as const;
  expect(await findingsOf(check(missing))).toEqual([
    {
      result: "problem",
      text: '"qwen3:1.7b" is not there',
      remedy: "ollama pull qwen3:1.7b, or set models.fast.pull to if-missing",
    },
  ]);
  expect((await findingsOf(check(missing, { isFetchedWhenMissing: true })))[0]?.result).toBe("warning");
  expect(await linesOf(check(missing, { provider: "builtin" }))).toEqual(["problem: Its file is not there"]);
});

test("no answer in time and a failure are problems with what to do", async () => {
  expect(await linesOf(check({ type: "failed", kind: "late", reason: "" }))).toEqual(["problem: No answer within 1 s"]);
  const reason = "Cannot reach Ollama: connection refused. Start it";
  expect(await findingsOf(check({ type: "failed", kind: "unreachable", reason }))).toEqual([
    { result: "problem", text: "Cannot reach Ollama: connection refused", remedy: "Start it" },
  ]);
});

test("one that does not fit into memory says what it needs, and what to do", async () => {
  const reason =
    'Model "m" needs about 9.0 GB of memory to be loaded, and 1.0 GB can be had: end what else takes memory';
  expect(await findingsOf(check({ type: "failed", kind: "no-memory", reason }))).toEqual([
    {
      result: "problem",
      text: 'Model "m" needs about 9.0 GB of memory to be loaded, and 1.0 GB can be had',
      remedy: "End what else takes memory",
    },
  ]);
});

test("one that is left out says why, and is not asked", async () => {
  const probe = () => {
    throw new Error("Asked");
  };
  expect(await linesOf(check(answered(), { skip: "Elsewhere", probe }))).toEqual(["skipped: Elsewhere"]);
  expect((await findingsOf(check({ type: "unknown-model" })))[0]?.result).toBe("skipped");
});

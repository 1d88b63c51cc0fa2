import { afterEach, beforeEach, expect, jest, test } from "bun:test";
import { MemoryFit } from "../../../src/model/memory-fit.ts";
import { keptLog, modelConfig, type LogLine } from "../../support/model-fixtures.ts";

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const lack = { needBytes: 9e9, availableBytes: 1e9 };

function started() {
  const counts = { looks: 0, changes: 0 };
  const lines: LogLine[] = [];
  const ports = { log: keptLog(lines), onChange: () => (counts.changes += 1), look: () => (counts.looks += 1) };
  return { counts, lines, fit: new MemoryFit(modelConfig(), ports) };
}

test("a model that does not fit is refused, looked at every 20 s, and taken again when it fits", () => {
  const { counts, lines, fit } = started();
  fit.found(lack);
  fit.found({ ...lack, availableBytes: 2e9 });
  expect(fit.refusal()).toMatchObject({ kind: "no-memory", retryAfterS: 20 });
  expect(fit.health()?.reason).toContain("8.4 GB of memory to be loaded, and 1.9 GB can be had");
  jest.advanceTimersByTime(40_000);
  expect(counts).toEqual({ looks: 2, changes: 1 });
  fit.found(undefined);
  expect(fit.refusal()).toBeUndefined();
  expect(lines.map(({ message }) => message)).toEqual([
    "Model does not fit into memory",
    "Model fits into memory again",
  ]);
});

test("one that fits is looked at, too: what is ready must be able to answer", () => {
  const { counts, fit } = started();
  fit.found(undefined);
  jest.advanceTimersByTime(60_000);
  expect(counts).toEqual({ looks: 3, changes: 0 });
});

test("nothing is looked at after the end", () => {
  const { counts, fit } = started();
  fit.found(lack);
  fit.close();
  fit.found(undefined);
  jest.advanceTimersByTime(60_000);
  expect(counts).toEqual({ looks: 0, changes: 1 });
});

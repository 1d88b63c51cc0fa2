import { afterEach, beforeEach, expect, jest, test } from "bun:test";
import { ModelPresence } from "../../../src/model/presence.ts";
import { endpointConfig, keptLog, modelConfig, type LogLine } from "../../support/model-fixtures.ts";

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

function presence(given: Parameters<typeof modelConfig>[0] = {}) {
  const counts = { looks: 0, changes: 0 };
  const lines: LogLine[] = [];
  const ports = { log: keptLog(lines), onChange: () => (counts.changes += 1), look: () => (counts.looks += 1) };
  return { counts, lines, presence: new ModelPresence(modelConfig(given), endpointConfig(), ports) };
}

test("a model that a look did not find is missing, refused, and looked for every 20 s until it is there", () => {
  const { counts, lines, presence: model } = presence();
  model.found(false);
  model.found(false);
  expect(model.refusal()).toMatchObject({ kind: "not-found", retryAfterS: 20 });
  jest.advanceTimersByTime(40_000);
  expect(counts).toEqual({ looks: 2, changes: 1 });
  model.found(true);
  expect(model.refusal()).toBeUndefined();
  jest.advanceTimersByTime(60_000);
  expect(counts).toEqual({ looks: 2, changes: 2 });
  expect(lines.map(({ message }) => message)).toEqual(["Model is missing", "Model is there"]);
});

test("a model that may be fetched is never missing", () => {
  const { counts, presence: model } = presence({ pull: "if-missing" });
  model.found(false);
  expect(model.health()).toBeUndefined();
  expect(counts.changes).toBe(0);
});

test("nothing is looked for after the end", () => {
  const { counts, presence: model } = presence();
  model.found(false);
  model.close();
  model.doubt();
  model.found(false);
  jest.advanceTimersByTime(60_000);
  expect(counts.looks).toBe(0);
});

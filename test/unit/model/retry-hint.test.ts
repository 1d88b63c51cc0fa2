import { expect, test } from "bun:test";
import { ModelError } from "../../../src/model/contract.ts";
import { retryHintS } from "../../../src/model/retry-hint.ts";

test.each([
  ["a busy server that says when", new ModelError("refused", "", { status: 429, retryAfterS: 30 }), 30],
  ["a busy server that does not", new ModelError("refused", "", { status: 429 }), 5],
  ["an overloaded one", new ModelError("refused", "", { status: 503 }), 5],
  ["one that is broken", new ModelError("refused", "", { status: 500 }), undefined],
  ["one that wants a key", new ModelError("refused", "", { status: 401 }), undefined],
  ["a busy one that knows no such prompt", new ModelError("overflow", "", { status: 429 }), undefined],
])("%s", (_, error, seconds) => {
  expect(retryHintS(error)).toBe(seconds);
});

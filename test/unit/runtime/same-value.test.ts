import { expect, test } from "bun:test";
import { Secret } from "../../../src/manifest/secret.ts";
import { isSameValue } from "../../../src/runtime/same-value.ts";

test.each<[unknown, unknown]>([
  [{ a: [1, { b: "c" }] }, { a: [1, { b: "c" }] }],
  [{ a: 1, b: undefined }, { a: 1 }],
  [new Secret("x"), new Secret("x")],
  [new Map([["a", { b: 1 }]]), new Map([["a", { b: 1 }]])],
  [Number.NaN, Number.NaN],
])("finds %j and %j the same", (one, other) => {
  expect(isSameValue(one, other)).toBe(true);
});

test.each<[unknown, unknown]>([
  [{ a: 1 }, { a: 2 }],
  [{ a: 1 }, { b: 1 }],
  [
    [1, 2],
    [2, 1],
  ],
  [[], {}],
  [new Secret("x"), new Secret("y")],
  [new Secret("x"), {}],
  [null, {}],
  ["1", 1],
])("finds %j and %j different", (one, other) => {
  expect(isSameValue(one, other)).toBe(false);
});

import { expect, test } from "bun:test";
import { Secret } from "../../../src/manifest/secret.ts";
import { isSame, isSameEndpoint } from "../../../src/model/same-config.ts";
import { endpointConfig, modelConfig } from "../../support/model-fixtures.ts";

test("an endpoint read anew is the same, also with another number of slots", () => {
  const one = endpointConfig({ apiKey: new Secret("k"), headers: { a: new Secret("b") } });
  const other = endpointConfig({ apiKey: new Secret("k"), headers: { a: new Secret("b") }, parallel: 9 });
  expect(isSameEndpoint(one, other)).toBe(true);
});

test.each([
  [{ url: "http://127.0.0.1:1" }],
  [{ apiKey: new Secret("other") }],
  [{ headers: { a: new Secret("x") } }],
  [{ connectTimeoutMs: 1 }],
])("an endpoint with %p is another one", (change) => {
  const base = { apiKey: new Secret("k"), headers: { a: new Secret("b") } };
  expect(isSameEndpoint(endpointConfig(base), endpointConfig({ ...base, ...change }))).toBe(false);
});

test("models are compared through lists and schemas", () => {
  const schema = { type: "object", required: ["a"] };
  expect(isSame(modelConfig({ schema }), modelConfig({ schema: structuredClone(schema) }))).toBe(true);
  expect(isSame(modelConfig({ stop: ["a"] }), modelConfig({ stop: ["b"] }))).toBe(false);
  expect(isSame(modelConfig({ stop: [] }), modelConfig({ stop: ["b"] }))).toBe(false);
  expect(isSame(modelConfig({ seed: 1 }), modelConfig())).toBe(false);
});

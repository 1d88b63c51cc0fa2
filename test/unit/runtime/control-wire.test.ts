import { expect, test } from "bun:test";
import {
  decodeRequest,
  decodeResponse,
  encodeControl,
  isReloadReport,
  isRuntimeStatus,
} from "../../../src/runtime/control-wire.ts";

test("a request and its answer survive the way", () => {
  for (const op of ["status", "reload", "collect"] as const) {
    expect(decodeRequest(encodeControl({ op }).trimEnd())).toEqual({ op });
  }
  expect(decodeResponse(encodeControl({ ok: true, result: [1] }))).toEqual({ ok: true, result: [1] });
  expect(decodeResponse(encodeControl({ ok: false, error: "No" }))).toEqual({ ok: false, error: "No" });
});

test("a plan may be about other files", () => {
  const plan = { op: "plan", file: "/a.yaml", dropIn: "/d" } as const;
  expect(decodeRequest(encodeControl(plan).trimEnd())).toEqual(plan);
  expect(decodeRequest('{"op":"plan","file":3}')).toEqual({ op: "plan" });
});

test("a reload may hand over credentials; what is none is left out", () => {
  const reload = { op: "reload", credentials: { model: "a2V5" } } as const;
  expect(decodeRequest(encodeControl(reload).trimEnd())).toEqual(reload);
  expect(decodeRequest('{"op":"reload","credentials":{"../x":"a","ok":3}}')).toEqual({ op: "reload", credentials: {} });
  expect(decodeRequest('{"op":"reload","credentials":3}')).toEqual({ op: "reload" });
});

test("a reload's report must hold the lists that are printed", () => {
  const report = { file: "/a", added: [], changed: ["x"], removed: [], same: [], problems: [], notes: [] };
  expect(isReloadReport(report)).toBe(true);
  expect(isReloadReport({ ...report, changed: [1] })).toBe(false);
  expect(isReloadReport({})).toBe(false);
});

test("a request that is none, or is not known, is named", () => {
  expect(decodeRequest("nonsense")).toBe("Not a JSON object");
  expect(decodeRequest('{"op":"explode"}')).toContain('"explode"');
});

test("an answer that is none is a syntax error", () => {
  expect(() => decodeResponse("{}")).toThrow(SyntaxError);
  expect(() => decodeResponse("x")).toThrow(SyntaxError);
});

test("a status must hold the lists that are printed", () => {
  expect(isRuntimeStatus({ version: "1", bus: {}, agents: [], endpoints: [{}], files: [] })).toBe(true);
  expect(isRuntimeStatus({ version: "1", bus: {}, agents: ["x"], endpoints: [], files: [] })).toBe(false);
  expect(isRuntimeStatus({ version: "1", agents: [], endpoints: [], files: [] })).toBe(false);
});

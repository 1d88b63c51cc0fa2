import { expect, test } from "bun:test";
import {
  formatTraceparent,
  parseTraceContext,
  traceContextOf,
  tracedOptions,
  traceHeaders,
} from "../../../src/protocol/trace-context.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";
const valid = `00-${traceId}-${spanId}-01`;

test("a traceparent of the standard goes to its parts and back", () => {
  expect(parseTraceContext(valid)).toEqual({ traceId, spanId, isSampled: true });
  expect(parseTraceContext(`00-${traceId}-${spanId}-02`)).toEqual({ traceId, spanId, isSampled: false });
  expect(formatTraceparent({ traceId, spanId, isSampled: true })).toBe(valid);
  expect(formatTraceparent({ traceId, spanId, isSampled: false })).toBe(`00-${traceId}-${spanId}-00`);
});

test("a later version is read as far as this one goes, also with more behind", () => {
  expect(parseTraceContext(`cc-${traceId}-${spanId}-01-what-the-future`)).toEqual({ traceId, spanId, isSampled: true });
  expect(parseTraceContext(`cc-${traceId}-${spanId}-01`)).toBeDefined();
});

test("whatever is malformed is none", () => {
  const bad = [
    "",
    "00",
    `ff-${traceId}-${spanId}-01`,
    `${valid}-more`,
    `${valid} `,
    valid.toUpperCase(),
    `00-${"0".repeat(32)}-${spanId}-01`,
    `00-${traceId}-${"0".repeat(16)}-01`,
    `00-${traceId}x-${spanId}-01`,
    `00-${traceId}-${spanId}-1`,
    `cc-${traceId}-${spanId}-01.what`,
    `00-${traceId}-${spanId}-01\n`,
  ];
  for (const text of bad) expect(parseTraceContext(text, "a=1")).toBeUndefined();
  expect(parseTraceContext(undefined)).toBeUndefined();
});

test("a tracestate is carried on as it came, and left out when it is none", () => {
  expect(parseTraceContext(valid, "rojo=00f067aa0ba902b7 , congo@tenant=t61rcWkgMzE")?.state).toBe(
    "rojo=00f067aa0ba902b7,congo@tenant=t61rcWkgMzE",
  );
  const many = Array.from({ length: 33 }, (_, index) => `k${index}=v`).join(",");
  for (const state of ["", "no member", "A=1", "a=1,a=2", "a=\u0001", many, `a=${"x".repeat(600)}`])
    expect(parseTraceContext(valid, state)).toEqual({ traceId, spanId, isSampled: true });
});

test("headers are found by any case and written in lower case", () => {
  expect(traceContextOf({ Traceparent: valid, TraceState: "a=1" })).toEqual({
    traceId,
    spanId,
    isSampled: true,
    state: "a=1",
  });
  expect(traceHeaders({ traceId, spanId, isSampled: true, state: "a=1" })).toEqual({
    traceparent: valid,
    tracestate: "a=1",
  });
  expect(tracedOptions(undefined)).toEqual({});
});

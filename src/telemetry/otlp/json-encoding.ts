// OTLP in JSON: the protobuf JSON mapping, but for ids in hexadecimal. 64-bit integers are texts.

import type { PartialSuccess, SpanEncoding } from "./encoding.ts";
import { nothingRejected } from "./encoding.ts";
import {
  type Attributes,
  type AttributeValue,
  definedAttributes,
  Double,
  errorStatus,
  kindNumbers,
  nanoseconds,
  sampledFlag,
  scopeName,
  type Span,
} from "./span.ts";

export const jsonEncoding: SpanEncoding = {
  contentType: "application/json",
  span: (span) => new TextEncoder().encode(JSON.stringify(plainSpan(span))),
  request: (spans, { resource, version }) => {
    const head = JSON.stringify({ attributes: plainAttributes(resource) });
    const scope = JSON.stringify({ name: scopeName, version });
    const before = `{"resourceSpans":[{"resource":${head},"scopeSpans":[{"scope":${scope},"spans":[`;
    const comma = Buffer.from(",");
    const list = spans.flatMap((span, index) => (index === 0 ? [span] : [comma, span]));
    return new Uint8Array(Buffer.concat([Buffer.from(before), ...list, Buffer.from("]}]}]}")]));
  },
  partialSuccess: (answer) => readAnswer(new TextDecoder().decode(answer)),
};

function plainSpan(span: Span): Record<string, unknown> {
  const { parentSpanId, traceState, failure } = span;
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(traceState === undefined ? {} : { traceState }),
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    name: span.name,
    kind: kindNumbers[span.kind],
    startTimeUnixNano: `${nanoseconds(span.startMs)}`,
    endTimeUnixNano: `${nanoseconds(span.endMs)}`,
    attributes: plainAttributes(span.attributes),
    flags: sampledFlag,
    ...(failure === undefined ? {} : { status: { ...failure, code: errorStatus } }),
  };
}

function plainAttributes(attributes: Attributes): readonly Record<string, unknown>[] {
  return definedAttributes(attributes).map(([key, value]) => ({ key, value: plainValue(value) }));
}

function plainValue(value: AttributeValue): Record<string, unknown> {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (value instanceof Double) return { doubleValue: value.value };
  if (typeof value === "number") return Number.isInteger(value) ? { intValue: `${value}` } : { doubleValue: value };
  return { arrayValue: { values: value.map((item) => ({ stringValue: item })) } };
}

function readAnswer(text: string): PartialSuccess {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return nothingRejected; // An empty body is a whole success.
  }
  const partial = fieldOf(answer, "partialSuccess");
  const rejected = Number(fieldOf(partial, "rejectedSpans") ?? 0);
  const message = fieldOf(partial, "errorMessage");
  return {
    rejectedSpans: Number.isSafeInteger(rejected) && rejected > 0 ? rejected : 0,
    message: typeof message === "string" ? message : "",
  };
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

// OTLP in protobuf: field numbers are those of opentelemetry/proto/trace/v1/trace.proto and its neighbours, which are stable.

import type { PartialSuccess, SpanEncoding } from "./encoding.ts";
import { nothingRejected } from "./encoding.ts";
import { MessageWriter, readMessage } from "./protobuf.ts";
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

export const protobufEncoding: SpanEncoding = {
  contentType: "application/x-protobuf",
  span: (span) => spanMessage(span).end(),
  request: (spans, { resource, version }) => {
    const scope = new MessageWriter().text(1, scopeName).text(2, version);
    const scopeSpans = new MessageWriter().message(1, scope);
    for (const span of spans) scopeSpans.bytes(2, span);
    const resourceSpans = new MessageWriter().message(1, withAttributes(new MessageWriter(), 1, resource));
    return new MessageWriter().message(1, resourceSpans.message(2, scopeSpans)).end();
  },
  partialSuccess: readAnswer,
};

function spanMessage(span: Span): MessageWriter {
  const message = new MessageWriter().bytes(1, hexBytes(span.traceId)).bytes(2, hexBytes(span.spanId));
  if (span.traceState !== undefined) message.text(3, span.traceState);
  if (span.parentSpanId !== undefined) message.bytes(4, hexBytes(span.parentSpanId));
  message.text(5, span.name).uint(6, kindNumbers[span.kind]);
  message.fixed64(7, nanoseconds(span.startMs)).fixed64(8, nanoseconds(span.endMs));
  withAttributes(message, 9, span.attributes);
  if (span.failure !== undefined) message.message(15, statusMessage(span.failure.message));
  return message.fixed32(16, sampledFlag);
}

function statusMessage(text: string | undefined): MessageWriter {
  const status = new MessageWriter();
  if (text !== undefined) status.text(2, text);
  return status.uint(3, errorStatus);
}

function withAttributes(message: MessageWriter, field: number, attributes: Attributes): MessageWriter {
  for (const [key, value] of definedAttributes(attributes)) {
    message.message(field, new MessageWriter().text(1, key).message(2, valueMessage(value)));
  }
  return message;
}

function valueMessage(value: AttributeValue): MessageWriter {
  const message = new MessageWriter();
  if (typeof value === "string") return message.text(1, value);
  if (typeof value === "boolean") return message.bool(2, value);
  if (value instanceof Double) return message.double(4, value.value);
  if (typeof value === "number") return Number.isInteger(value) ? message.int64(3, value) : message.double(4, value);
  const values = new MessageWriter();
  for (const item of value) values.message(1, new MessageWriter().text(1, item));
  return message.message(5, values);
}

function readAnswer(answer: Uint8Array): PartialSuccess {
  try {
    const partial = readMessage(answer).get(1);
    if (!(partial instanceof Uint8Array)) return nothingRejected;
    const fields = readMessage(partial);
    const [rejected, message] = [fields.get(1), fields.get(2)];
    return {
      rejectedSpans: typeof rejected === "bigint" && rejected < 2n ** 31n ? Number(rejected) : 0,
      message: message instanceof Uint8Array ? new TextDecoder().decode(message) : "",
    };
  } catch (error) {
    if (error instanceof RangeError) return nothingRejected;
    throw error;
  }
}

function hexBytes(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, "hex"));
}

// Reads spans out of OTLP's protobuf, by field numbers of its published schema: none of our own code is used.

import type { CollectedSpan } from "./otlp-collector.ts";

type Field = readonly [number: number, value: bigint | Uint8Array];

export function readProtobufSpans(body: Uint8Array): CollectedSpan[] {
  return messages(body, 1).flatMap((resourceSpans) => {
    const resource = attributesOf(messages(resourceSpans, 1)[0] ?? new Uint8Array(), 1);
    return messages(resourceSpans, 2).flatMap((scope) => messages(scope, 2).map((span) => spanOf(span, resource)));
  });
}

function spanOf(span: Uint8Array, resource: CollectedSpan["resource"]): CollectedSpan {
  const status = messages(span, 15)[0] ?? new Uint8Array();
  return {
    name: textAt(span, 5),
    traceId: Buffer.from(messages(span, 1)[0] ?? []).toString("hex"),
    spanId: Buffer.from(messages(span, 2)[0] ?? []).toString("hex"),
    parentSpanId: Buffer.from(messages(span, 4)[0] ?? []).toString("hex"),
    kind: Number(numberAt(span, 6)),
    startNano: fixedAt(span, 7),
    endNano: fixedAt(span, 8),
    attributes: attributesOf(span, 9),
    resource,
    status: { code: Number(numberAt(status, 3)), message: textAt(status, 2) },
  };
}

function attributesOf(message: Uint8Array, number: number): Record<string, unknown> {
  return Object.fromEntries(
    messages(message, number).map((attribute) => [
      textAt(attribute, 1),
      valueOf(messages(attribute, 2)[0] ?? new Uint8Array()),
    ]),
  );
}

function valueOf(value: Uint8Array): unknown {
  const [[kind, content] = [0, 0n]] = fieldsOf(value);
  if (typeof content === "bigint") return kind === 2 ? content === 1n : Number(BigInt.asIntN(64, content));
  if (kind === 1) return new TextDecoder("utf-8", { fatal: true }).decode(content);
  if (kind === 4) return new DataView(content.buffer, content.byteOffset, 8).getFloat64(0, true);
  return messages(content, 1).map(valueOf);
}

function messages(message: Uint8Array, number: number): readonly Uint8Array[] {
  return fieldsOf(message).flatMap(([found, value]) => (found === number && typeof value !== "bigint" ? [value] : []));
}

function textAt(message: Uint8Array, number: number): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(messages(message, number)[0]);
}

function numberAt(message: Uint8Array, number: number): bigint {
  const found = fieldsOf(message).find(([one]) => one === number)?.[1];
  return typeof found === "bigint" ? found : 0n;
}

function fixedAt(message: Uint8Array, number: number): bigint {
  const bytes = messages(message, number)[0] ?? new Uint8Array(8);
  return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
}

function fieldsOf(message: Uint8Array): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++];
      if (byte === undefined) throw new Error("The message is cut");
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < message.byteLength) {
    const tag = Number(varint());
    const kind = tag & 7;
    if (kind === 0) {
      fields.push([tag >> 3, varint()]);
      continue;
    }
    const length = kind === 1 ? 8 : kind === 5 ? 4 : Number(varint());
    if (at + length > message.byteLength) throw new Error("The message is cut");
    fields.push([tag >> 3, message.subarray(at, at + length)]);
    at += length;
  }
  return fields;
}

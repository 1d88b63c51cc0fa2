// A span as it is exported, whatever the encoding.

export type AttributeValue = string | number | boolean | readonly string[] | Double;

/** A number that is no integer by its meaning, such as a temperature of 1. */
export class Double {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** By name. Undefined: left out. */
export type Attributes = Readonly<Record<string, AttributeValue | undefined>>;

export type SpanKind = "internal" | "client";

export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly name: string;
  readonly kind: SpanKind;
  /** Ms since 1970, with fractions. */
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Attributes;
  /** Absent: nothing went wrong. */
  readonly failure?: { readonly message?: string };
}

/** Whose spans they are: attributes of the process. */
export type Resource = Attributes;

export const scopeName = "muster";

/** By the numbers of the protocol. */
export const kindNumbers: Readonly<Record<SpanKind, number>> = { internal: 1, client: 3 };
/** Of the flags: the trace is recorded, as everything is that is exported. */
export const sampledFlag = 1;
export const errorStatus = 2;

export function nanoseconds(ms: number): bigint {
  const whole = Math.floor(ms);
  return BigInt(whole) * 1_000_000n + BigInt(Math.round((ms - whole) * 1e6));
}

export function definedAttributes(attributes: Attributes): readonly (readonly [string, AttributeValue])[] {
  return Object.entries(attributes).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
}

// W3C Trace Context: the two headers by which what one process calls is known as a part of the same trace elsewhere. What is malformed is none.

export const traceparentHeader = "traceparent";
export const tracestateHeader = "tracestate";

/** A span that others may be children of. */
export interface TraceContext {
  /** 32 lower-case hexadecimal digits, not all zero. */
  readonly traceId: string;
  /** 16 of them. */
  readonly spanId: string;
  /** Whoever began the trace records it. */
  readonly isSampled: boolean;
  /** What others add to the trace, carried on as it came. */
  readonly state?: string;
}

const pattern = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
/** Longer ones may be left out by the standard. */
const maxStateLength = 512;
const maxStateMembers = 32;
const stateMember = /^[a-z0-9][a-z0-9_\-*/]{0,255}(@[a-z][a-z0-9_\-*/]{0,13})?=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,256}$/;

/** Undefined for what is none: then a `tracestate` counts for nothing, either. Never throws. */
export function parseTraceContext(traceparent: string | undefined, tracestate?: string): TraceContext | undefined {
  const [, version, traceId = "", spanId = "", flags = "", rest] = pattern.exec(traceparent ?? "") ?? [];
  if (version === undefined || version === "ff" || (version === "00" && rest !== undefined)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  const state = readState(tracestate);
  return {
    traceId,
    spanId,
    isSampled: (Number.parseInt(flags, 16) & 1) === 1,
    ...(state === undefined ? {} : { state }),
  };
}

/** Of the version that this follows. */
export function formatTraceparent({ traceId, spanId, isSampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${isSampled ? "01" : "00"}`;
}

/** The headers that carry it on. */
export function traceHeaders(context: TraceContext): Readonly<Record<string, string>> {
  const { state } = context;
  return {
    [traceparentHeader]: formatTraceparent(context),
    ...(state === undefined ? {} : { [tracestateHeader]: state }),
  };
}

/** As options of a message: no headers at all for none. */
export function tracedOptions(context: TraceContext | undefined): {
  readonly headers?: Readonly<Record<string, string>>;
} {
  return context === undefined ? {} : { headers: traceHeaders(context) };
}

/** Reads them from a message, by whatever finds a header of it; names are case-insensitive. */
export function readTraceHeaders(header: (name: string) => string | undefined): TraceContext | undefined {
  return parseTraceContext(header(traceparentHeader), header(tracestateHeader));
}

/** The same, from headers by name. */
export function traceContextOf(headers: Readonly<Record<string, string>>): TraceContext | undefined {
  const entries = Object.entries(headers);
  return readTraceHeaders((name) => entries.find(([key]) => key.toLowerCase() === name)?.[1]);
}

function readState(text = ""): string | undefined {
  const members = text.split(",").map((member) => member.trim());
  const filled = members.filter((member) => member !== "");
  if (filled.length === 0 || filled.length > maxStateMembers || text.length > maxStateLength) return undefined;
  if (!filled.every((member) => stateMember.test(member))) return undefined;
  const keys = filled.map((member) => member.slice(0, member.indexOf("=")));
  return new Set(keys).size === keys.length ? filled.join(",") : undefined;
}

// How spans are written for a collector and its answer is read: one shape, in JSON and in protobuf.

import type { Resource, Span } from "./span.ts";

export interface SpanEncoding {
  readonly contentType: string;
  /** One span, as it goes into a request later. */
  span(span: Span): Uint8Array;
  /** A request with spans that were encoded before. */
  request(spans: readonly Uint8Array[], process: RequestFacts): Uint8Array<ArrayBuffer>;
  /** What a collector did not take of a request that it accepted. Never throws: what cannot be read says nothing. */
  partialSuccess(answer: Uint8Array): PartialSuccess;
}

export interface RequestFacts {
  readonly resource: Resource;
  /** Muster's own. */
  readonly version: string;
}

export interface PartialSuccess {
  readonly rejectedSpans: number;
  readonly message: string;
}

export const nothingRejected: PartialSuccess = { rejectedSpans: 0, message: "" };

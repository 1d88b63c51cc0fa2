// A request without spans: a collector that takes it takes spans, and stores nothing.

import { jsonEncoding } from "./json-encoding.ts";
import { type Collector, type PostOutcome, postSpans } from "./post.ts";
import { protobufEncoding } from "./protobuf-encoding.ts";

/** Never rejects. Ends soon after `signal`. */
export function postNothing(
  collector: Collector,
  protocol: "http/json" | "http/protobuf",
  signal: AbortSignal,
): Promise<PostOutcome> {
  const encoding = protocol === "http/json" ? jsonEncoding : protobufEncoding;
  return postSpans(encoding.request([], { resource: {}, version: "" }), collector, encoding, signal);
}

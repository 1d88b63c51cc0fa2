import { headers } from "@nats-io/nats-core";
import { expect, test } from "bun:test";
import { messageTrace } from "../../../src/bus/message-trace.ts";

const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

function message(...pairs: readonly (readonly [string, string])[]) {
  const made = headers();
  for (const [name, value] of pairs) made.append(name, value);
  return made;
}

test("is read by names of any case, and several states are one list", () => {
  const found = messageTrace(message(["Traceparent", traceparent], ["tracestate", "a=1"], ["tracestate", "b=2"]));
  expect(found).toMatchObject({ traceId: traceparent.slice(3, 35), isSampled: true, state: "a=1,b=2" });
});

test("is none without headers, without that one, and with two of it", () => {
  expect(messageTrace(undefined)).toBeUndefined();
  expect(messageTrace(message(["tracestate", "a=1"]))).toBeUndefined();
  expect(messageTrace(message(["traceparent", traceparent], ["traceparent", traceparent]))).toBeUndefined();
});

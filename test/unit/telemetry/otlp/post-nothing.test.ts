import { expect, test } from "bun:test";
import { postNothing } from "../../../../src/telemetry/otlp/post-nothing.ts";
import { startCollector } from "../../../support/otlp-collector.ts";

const signal = AbortSignal.timeout(20_000);

test.each(["http/json", "http/protobuf"] as const)(
  "a collector reads the request without spans in %s",
  async (protocol) => {
    await using collector = startCollector();
    const to = { url: `${collector.url}/v1/traces`, headers: {}, compression: "gzip", timeoutMs: 10_000 } as const;
    expect(await postNothing(to, protocol, signal)).toEqual({
      type: "taken",
      partial: { rejectedSpans: 0, message: "" },
    });
    expect(collector.requests).toHaveLength(1);
    expect(collector.spans).toEqual([]);
  },
);

test("what it refuses is told with its status", async () => {
  await using collector = startCollector();
  collector.behave(() => new Response("no", { status: 401 }));
  const to = { url: `${collector.url}/v1/traces`, headers: {}, compression: "none", timeoutMs: 10_000 } as const;
  expect(await postNothing(to, "http/protobuf", signal)).toEqual({
    type: "refused",
    reason: "it answers with HTTP status 401",
  });
});

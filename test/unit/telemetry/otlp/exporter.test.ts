import { afterEach, beforeEach, expect, test } from "bun:test";
import { SpanExporter } from "../../../../src/telemetry/otlp/exporter.ts";
import { jsonEncoding } from "../../../../src/telemetry/otlp/json-encoding.ts";
import type { Span } from "../../../../src/telemetry/otlp/span.ts";
import { type Collector, startCollector } from "../../../support/otlp-collector.ts";
import { recordedLog } from "../../../support/recorded-log.ts";
import { until } from "../../../support/until.ts";

let collector: Collector;

beforeEach(() => {
  collector = startCollector();
});

afterEach(() => collector.stop());

const span: Span = {
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: "b7ad6b7169203331",
  name: "s",
  kind: "internal",
  startMs: 1,
  endMs: 2,
  attributes: {},
};

function exporter(timeoutMs = 5_000) {
  const log = recordedLog();
  const counted = { delivered: 0, rejected: 0, dropped: 0 };
  const made = new SpanExporter({
    collector: { url: `${collector.url}/v1/traces?key=hidden`, headers: {}, compression: "none", timeoutMs },
    encoding: jsonEncoding,
    facts: { resource: {}, version: "1.0.0" },
    counts: { add: (outcome, spans) => void (counted[outcome] += spans) },
    log,
    gatherMs: 10,
    firstWaitMs: 10,
  });
  return { made, log, counted };
}

test("spans that come together go together", async () => {
  const { made, counted } = exporter();
  made.add([span, span]);
  made.add([span]);
  await until("three spans", () => collector.spans.length === 3);
  expect(collector.requests).toHaveLength(1);
  await made.close(1_000);
  expect(counted).toEqual({ delivered: 3, rejected: 0, dropped: 0 });
});

test("a busy collector is left alone for as long as it says, then gets all of it", async () => {
  const { made, log, counted } = exporter();
  let firstAt = 0;
  collector.behave(() => {
    if (firstAt !== 0) return new Response("{}");
    firstAt = performance.now();
    return new Response("", { status: 429, headers: { "retry-after": "1" } });
  });
  made.add([span]);
  await until("the span", () => collector.spans.length === 1);
  expect(performance.now() - firstAt).toBeGreaterThan(950);
  await made.close(1_000);
  expect(counted).toEqual({ delivered: 1, rejected: 0, dropped: 0 });
  expect(log.messages()).toEqual([
    "Traces cannot be exported now; turns go on, and it is tried again",
    "Traces are exported again",
  ]);
});

test("what fails again and again is said once, without the key of the URL", async () => {
  const { made, log } = exporter();
  collector.behave(() => new Response("", { status: 503 }));
  made.add([span]);
  await until("four tries", () => collector.requests.length >= 4);
  expect(made.status()).toMatchObject({ state: "away", reason: "it answers with HTTP status 503", waiting: 1 });
  await made.close(1_000);
  expect(log.messages()).toEqual([
    "Traces cannot be exported now; turns go on, and it is tried again",
    "Spans are lost: the collector did not take them in time",
  ]);
  expect(JSON.stringify([log.lines, made.status()])).not.toContain("hidden");
});

test("a request that the collector refuses for good is not sent again, and said once", async () => {
  const { made, log, counted } = exporter();
  collector.behave(() => new Response("", { status: 400 }));
  for (let sent = 1; sent <= 2; sent++) {
    made.add([span]);
    await until("the request", () => collector.requests.length === sent && counted.rejected === sent);
  }
  await made.close(1_000);
  expect(collector.requests).toHaveLength(2);
  expect(log.messages()).toEqual(["The collector does not take all spans; further ones are only counted"]);
});

test("what a collector does not take of a request is counted", async () => {
  const { made, log, counted } = exporter();
  collector.behave(() => Response.json({ partialSuccess: { rejectedSpans: "1", errorMessage: "too old" } }));
  made.add([span, span]);
  await until("the request", () => counted.rejected === 1);
  expect(counted.delivered).toBe(1);
  expect(log.lines[0]).toMatchObject({ spans: 1, reason: "too old" });
  await made.close(1_000);
});

test("a redirect is not followed: headers may hold keys", async () => {
  const { made, counted } = exporter();
  collector.behave(() => new Response("", { status: 307, headers: { location: `${collector.url}/elsewhere` } }));
  made.add([span]);
  await until("the refusal", () => counted.rejected === 1);
  expect(collector.requests.map(({ path }) => path)).toEqual(["/v1/traces"]);
  await made.close(1_000);
});

test("a collector that hangs costs its time-out, a flood of spans costs the oldest, and an end waits no longer than it is told", async () => {
  const { made, log, counted } = exporter(200);
  const never = Promise.withResolvers<undefined>();
  collector.behave(() => never.promise.then(() => new Response()));
  for (let turn = 0; turn < 100; turn++) made.add(Array.from({ length: 100 }, () => span));
  await until("the time-out", () => made.status().state === "away");
  expect(made.status()).toMatchObject({ reason: "no answer within 0.2 s", waiting: 4096 });
  expect(counted.dropped).toBe(10_000 - 4096);
  const before = performance.now();
  await made.close(100);
  expect(performance.now() - before).toBeLessThan(1_000);
  expect(counted.dropped).toBe(10_000);
  expect(log.messages().filter((text) => text.startsWith("Spans are lost"))).toHaveLength(1);
  never.resolve(undefined);
});

test("after its end nothing is taken any more", async () => {
  const { made, counted } = exporter();
  await made.close(100);
  made.add([span]);
  expect(made.status().waiting).toBe(0);
  expect(counted.dropped).toBe(0);
});

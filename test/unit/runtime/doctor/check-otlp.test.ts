import { expect, test } from "bun:test";
import type { OtlpConfig } from "../../../../src/manifest/manifest.ts";
import { checkOtlp } from "../../../../src/runtime/doctor/check-otlp.ts";
import type { PostOutcome } from "../../../../src/telemetry/otlp/post.ts";
import { findingsOf, linesOf } from "./findings.ts";

const otlp: OtlpConfig = {
  url: "https://collector.example/v1/traces?key=hidden",
  protocol: "http/json",
  headers: {},
  compression: "none",
  timeoutMs: 60_000,
  serviceName: "muster",
  resourceAttributes: {},
  sampleRatio: 1,
  exportsContent: false,
};
const check = (outcome: PostOutcome, isOffline = false) =>
  checkOtlp(otlp, { isOffline, post: () => Promise.resolve(outcome) });
const refused = (status: number): PostOutcome => ({
  type: "refused",
  reason: `it answers with HTTP status ${status}`,
});

test("a collector that takes an empty request is well, and a key in its address is not shown", async () => {
  const taken = { type: "taken", partial: { rejectedSpans: 0, message: "" } } as const;
  expect(await linesOf(check(taken))).toEqual(['ok: "https://collector.example/v1/traces" takes spans (http/json)']);
});

test("one that says something of it is a warning", async () => {
  const taken = { type: "taken", partial: { rejectedSpans: 0, message: "old client" } } as const;
  expect((await linesOf(check(taken)))[0]).toStartWith("warning: ");
});

test("one that does not is a problem, with the key to look at", async () => {
  const remedies = [401, 404, 415, 302, 500].map(
    async (status) => (await findingsOf(check(refused(status))))[0]?.remedy,
  );
  const [key, path, protocol, elsewhere, other] = await Promise.all(remedies);
  expect(key).toStartWith("See otlp.headers");
  expect(path).toStartWith("See otlp.endpoint: nothing takes OTLP traces there");
  expect(protocol).toBe("See otlp.protocol: it may not take http/json, but http/protobuf");
  expect(elsewhere).toContain("redirects");
  expect(other).toBe("See what the collector says in its log");
});

test("one that is away is a problem with its reason, within ten seconds", async () => {
  expect((await linesOf(check({ type: "later", reason: "refused (ECONNREFUSED)" })))[0]).toBe(
    'problem: The collector at "https://collector.example/v1/traces" cannot be reached: refused (ECONNREFUSED)',
  );
  expect(check(refused(500)).deadlineMs).toBe(12_000);
});

test("one elsewhere is not asked with --offline", async () => {
  expect((await linesOf(check(refused(500), true)))[0]).toStartWith("skipped: It is not on this machine");
});

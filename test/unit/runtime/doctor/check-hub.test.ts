import { expect, test } from "bun:test";
import { checkHub, type HubFacts } from "../../../../src/runtime/doctor/check-hub.ts";
import { findingsOf, linesOf } from "./findings.ts";

const hub = { url: "tls://hub.example:7422" };
const since = "2026-11-22T10:00:00.000Z";

function check(given: Partial<HubFacts>) {
  const probe = () => {
    throw new Error("Asked where it should not be");
  };
  return checkHub({ hub, link: undefined, isOffline: false, probe, ...given });
}

test("the runtime's link counts, and a broken one says why", async () => {
  expect(await linesOf(check({ link: { url: hub.url, state: "connected", since } }))).toEqual([
    `ok: Linked to ${hub.url} since ${since}`,
  ]);
  const reason = "The hub refused the credentials: authorization violation. Check nkey_file";
  expect(await findingsOf(check({ link: { url: hub.url, state: "disconnected", since, reason } }))).toMatchObject([
    { result: "problem", remedy: "Check nkey_file" },
  ]);
});

test("offline it is not asked, and without one nothing is", async () => {
  expect(await linesOf(check({ isOffline: true }))).toEqual(["skipped: Not asked with --offline"]);
  expect(await linesOf(check({ hub: undefined }))).toEqual(["skipped: The manifest names none"]);
});

test("without a runtime it is looked at", async () => {
  const answers = { type: "answers", serverName: "h", version: "2.15.1", isTls: true } as const;
  expect((await linesOf(check({ probe: () => Promise.resolve(answers) })))[0]).toStartWith(
    `ok: ${hub.url} answers (nats-server 2.15.1), its TLS holds`,
  );
  const failed = { type: "failed", reason: "Cannot reach the hub: no route to the host" } as const;
  expect(await findingsOf(check({ probe: () => Promise.resolve(failed) }))).toMatchObject([
    { result: "problem", text: "Cannot reach the hub: no route to the host" },
  ]);
});

import { describe, expect, test } from "bun:test";
import type { ArrivedMessage, NonceStore, SenderChecks, SenderClass } from "../../../src/protocol/classify-sender.ts";
import { classifySender } from "../../../src/protocol/classify-sender.ts";
import { senderVectors } from "../../support/sender-vectors.ts";
import { sha256, testUser, verifies } from "../../support/test-user.ts";

const ann = testUser();
const subject = "agents.prompt.muster.tests.one";
const payload = "hello";
const now = Date.UTC(2026, 7, 28, 12);

/** Remembers everything, and what it was asked to keep. */
function nonceSet(): NonceStore & { readonly added: [string, string, number][] } {
  const added: [string, string, number][] = [];
  return {
    added,
    has: (user, nonce) => added.some(([known, seen]) => known === user && seen === nonce),
    add: (user, nonce, untilMs) => added.push([user, nonce, untilMs]) > 0,
  };
}

function message(header: string | readonly string[], changes: Partial<ArrivedMessage> = {}): ArrivedMessage {
  const senderHeaders = typeof header === "string" ? [header] : header;
  return { senderHeaders, subject, payload: new TextEncoder().encode(payload), ...changes };
}

function classify(arrived: ArrivedMessage, checks: Partial<SenderChecks> = {}, nonces = nonceSet()): SenderClass {
  return classifySender(arrived, { sha256, verify: verifies, freshness: { nowMs: now, nonces }, ...checks });
}

function header(changes: Parameters<typeof ann.header>[1] = {}, at = new Date(now), nonce?: string): string {
  return ann.header({ subject, payload, at, ...(nonce === undefined ? {} : { nonce }) }, changes);
}

describe("§13.7 a sender is", () => {
  test("absent without a header, and with one of an unknown version", () => {
    expect(classify(message([]))).toEqual({ trust: "absent" });
    expect(classify(message('{"v":2}'))).toEqual({ trust: "absent" });
  });

  test("malformed with a header that cannot be read", () => {
    expect(classify(message("{"))).toMatchObject({ trust: "malformed" });
  });

  test("claimed without a signature", () => {
    const claim = { account: "$G", user: ann.nkey, name: "Ann" };
    expect(classify(message(JSON.stringify({ v: 1, ...claim })))).toEqual({ trust: "claimed", sender: claim });
  });

  test("verified when all is good", () => {
    expect(classify(message(header()))).toEqual({ trust: "verified", sender: { account: "$G", user: ann.nkey } });
  });

  for (const { id, user, account, subject, payload, ts, nonce, sig } of senderVectors) {
    test(`verified: vector ${id}`, () => {
      const value = JSON.stringify({ v: 1, account, user, name: "any", sub: subject, ts, nonce, sig });
      const arrived = { senderHeaders: [value], subject, payload: new TextEncoder().encode(payload) };
      const freshness = { nowMs: Date.parse(ts), nonces: nonceSet() };
      expect(classify(arrived, { freshness })).toEqual({ trust: "verified", sender: { account, user, name: "any" } });
    });
  }

  test("refused when the signature is another's, or anything that it covers was changed", () => {
    const other = testUser();
    for (const changes of [
      { user: other.nkey },
      { account: "ACME" },
      { nonce: "another" },
      { ts: "2026-08-28T12:00:01Z" },
      { sig: other.sign("something") },
      { sig: "A".repeat(86) },
    ])
      expect(classify(message(header(changes)))).toMatchObject({ trust: "refused", reason: "signature" });
    const changed = message(header(), { payload: new TextEncoder().encode("hello!") });
    expect(classify(changed)).toMatchObject({ trust: "refused", reason: "signature" });
  });

  test("verified whatever the name: it is outside the signature", () => {
    expect(classify(message(header({ name: "Somebody else" })))).toMatchObject({ trust: "verified" });
  });

  test("refused when its time is more than 30 s off, with how far", () => {
    const at = (seconds: number): SenderClass => classify(message(header({}, new Date(now + seconds * 1000))));
    expect(at(-31)).toMatchObject({ trust: "refused", reason: "clock", skewMs: -31_000 });
    expect(at(45)).toMatchObject({ trust: "refused", reason: "clock", skewMs: 45_000 });
    expect(at(-30)).toMatchObject({ trust: "verified" });
    expect(at(30)).toMatchObject({ trust: "verified" });
  });

  test("refused when its nonce was seen for this user; another user's is another", () => {
    const nonces = nonceSet();
    const value = header({}, new Date(now), "once");
    expect(classify(message(value), {}, nonces)).toMatchObject({ trust: "verified" });
    expect(classify(message(value), {}, nonces)).toMatchObject({ trust: "refused", reason: "replay" });
    const bob = testUser().header({ subject, payload, at: new Date(now), nonce: "once" });
    expect(classify(message(bob), {}, nonces)).toMatchObject({ trust: "verified" });
  });

  test("recorded by its nonce only after everything else has verified, until its time leaves the window", () => {
    const nonces = nonceSet();
    const late = new Date(now - 20_000);
    classify(message(header({ sig: "A".repeat(86) }, late, "n")), {}, nonces);
    classify(message(header({ sub: "agents.prompt.x.y.z" }, late, "n")), {}, nonces);
    classify(message(header({}, new Date(now - 60_000), "n")), {}, nonces);
    expect(nonces.added).toEqual([]);
    expect(classify(message(header({}, late, "n")), {}, nonces)).toMatchObject({ trust: "verified" });
    expect(nonces.added).toEqual([[ann.nkey, "n", now + 10_000]]);
  });

  test("refused while there is no room to remember its nonce", () => {
    const full: NonceStore = { has: () => false, add: () => false };
    const freshness = { nowMs: now, nonces: full };
    expect(classify(message(header()), { freshness })).toMatchObject({ trust: "refused", reason: "overload" });
  });
});

describe("§13.7.1 the signed subject", () => {
  const account = "AABYLMBR6Q2CDXTLGRQCFA2GP76BGCDF7NZF2OVHH4RQ7L3Y3TZWJDRL";
  const inserted = `agents.prompt.${account}.muster.tests.one`;
  const value = (sub: string, word = account): string =>
    ann.header({ subject: sub, payload, account: word, at: new Date(now) });

  test("is the arrival subject and no other", () => {
    expect(classify(message(value("agents.prompt.muster.tests.two")))).toMatchObject({ reason: "subject" });
    expect(classify(message(value("agents.prompt.muster.tests.*")))).toMatchObject({ reason: "subject" });
    expect(classify(message(value("agents.hb.muster.tests.one")))).toMatchObject({ reason: "subject" });
  });

  test("may lack the account's token that the server put in", () => {
    for (const sub of [subject, inserted]) {
      const arrived = message(value(sub), { subject: inserted });
      expect(classify(arrived, { accountTokenPosition: 3 })).toMatchObject({ trust: "verified" });
    }
    expect(classify(message(value(subject), { subject: inserted }))).toMatchObject({ reason: "subject" });
  });

  test("has the header's account where the server puts it, in every form", () => {
    const checks = { accountTokenPosition: 3 };
    for (const sub of [subject, inserted]) {
      const arrived = message(value(sub, "ACME"), { subject: inserted });
      expect(classify(arrived, checks)).toMatchObject({ trust: "refused", reason: "account" });
    }
    expect(classify(message(value(subject)), checks)).toMatchObject({ reason: "account" });
    expect(classify(message(value(subject)), { accountTokenPosition: 9 })).toMatchObject({ reason: "account" });
  });

  test("may be one that we know the message was moved from", () => {
    const arrived = message(value("muster.outbox.one"));
    expect(classify(arrived, { movedFrom: ["muster.outbox.one"] })).toMatchObject({ trust: "verified" });
    expect(classify(arrived, { movedFrom: ["muster.outbox.two"] })).toMatchObject({ reason: "subject" });
  });
});

test("§13.8: a stored message's signature proves authorship, whatever its age and however often it is read", () => {
  const stored = message(header({}, new Date(now - 86_400_000)));
  const checks: SenderChecks = { sha256, verify: verifies };
  for (let read = 0; read < 2; read++) expect(classifySender(stored, checks)).toMatchObject({ trust: "verified" });
  const changed = { ...stored, payload: new TextEncoder().encode("other") };
  expect(classifySender(changed, checks)).toMatchObject({ trust: "refused", reason: "signature" });
});

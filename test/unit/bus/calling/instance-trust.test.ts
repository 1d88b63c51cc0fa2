import { beforeEach, describe, expect, test } from "bun:test";
import { InstanceTrust } from "../../../../src/bus/calling/instance-trust.ts";
import { Roster } from "../../../../src/bus/calling/roster.ts";
import type { AgentRecord } from "../../../../src/protocol/registration.ts";
import { sha256, testUser, verifies } from "../../../support/test-user.ts";

const [ann, bob] = [testUser(), testUser()];
const checks = { sha256, verify: verifies };
const subject = "agents.hb.m.o.helper";
const promptSubject = "agents.prompt.m.o.helper";
let trust: InstanceTrust;
let now: number;

beforeEach(() => {
  trust = new InstanceTrust(checks);
  now = Date.now();
});

function record(user = ann.nkey): AgentRecord {
  const lines = ["AGENT-ID-V1", ann.nkey, "ACME", "m", "o", promptSubject].map((line) => `${line}\n`).join("");
  return {
    instanceId: "i",
    agent: "m",
    owner: "o",
    name: "helper",
    version: "1.0.0",
    description: "",
    protocolVersion: "0.3",
    compatibility: "same",
    promptSubject,
    acceptsAttachments: true,
    minSenderTrust: "any",
    identity: { user, account: "ACME", idSig: ann.sign(lines) },
    metadata: {},
  };
}

/** A beat of now, or of so many ms later, signed to the second as `ts` says. */
function beat(laterMs = 0, signedBy = ann, changes: Record<string, unknown> = {}) {
  const at = new Date(Math.floor((now + laterMs) / 1000) * 1000);
  const ts = `${at.toISOString().slice(0, 19)}Z`;
  const fields = { agent: "m", owner: "o", instance_id: "i", ts, interval_s: 10 };
  const payload = JSON.stringify(fields);
  const header = signedBy.header({ subject, payload, at, account: "ACME" }, changes);
  return { beat: fields, payload, subject, senderHeaders: [header] };
}

describe("§13.10 a registered identity", () => {
  test("is verified by its id_sig, and a claim without", () => {
    trust.registered(record());
    expect(trust.fields()).toEqual({ identity: `ACME.${ann.nkey}`, trust: "verified" });
    trust.registered(record(bob.nkey));
    expect(trust.fields()).toEqual({ identity: `ACME.${bob.nkey}`, trust: "claimed" });
    trust.registered({ ...record(), owner: "another" });
    expect(trust.fields()).toMatchObject({ trust: "claimed" });
  });

  test("is no longer verified when its heartbeats are another's, or nobody's", () => {
    trust.registered(record());
    expect(trust.heard(beat())).toBe(true);
    expect(trust.fields()).toMatchObject({ trust: "verified" });
    expect(trust.heard({ ...beat(1_000), senderHeaders: [] })).toBe(true);
    expect(trust.fields()).toMatchObject({ trust: "claimed" });
    expect(trust.heard(beat(2_000, bob))).toBe(true);
    expect(trust.fields()).toMatchObject({ trust: "claimed" });
    expect(trust.heard(beat(3_000))).toBe(true);
    expect(trust.fields()).toMatchObject({ trust: "verified" });
  });

  test("of an agent that names none is none", () => {
    expect(trust.heard(beat())).toBe(true);
    expect(trust.fields()).toEqual({});
  });
});

describe("§13.11 a heartbeat does not count", () => {
  const refused: readonly [string, () => ReturnType<typeof beat>, string][] = [
    ["whose signature is another's", () => beat(0, ann, { user: bob.nkey }), "signature fails"],
    ["that was signed for another subject", () => ({ ...beat(), subject: "agents.hb.m.o.other" }), "signature fails"],
    ["whose signature cannot be read", () => ({ ...beat(), senderHeaders: ["{"] }), "cannot be read"],
    ["of another time", () => beat(-90_000), "s behind ours"],
    ["of a time to come", () => beat(90_000), "ahead of ours"],
  ];
  for (const [what, made, why] of refused) {
    test(what, () => {
      expect(trust.heard(made())).toBe(false);
      expect(trust.fields().beatProblem).toContain(why);
      expect(trust.heard(beat())).toBe(true);
      expect(trust.fields().beatProblem).toBeUndefined();
    });
  }

  test("that was heard before, or is older than one that was", () => {
    const first = beat();
    expect(trust.heard(first)).toBe(true);
    expect(trust.heard(first)).toBe(false);
    expect(trust.heard(beat(1_000))).toBe(true);
    expect(trust.heard(first)).toBe(false);
  });

  test("whose header has another time than its payload", () => {
    const { payload, ...rest } = beat();
    const other = new Date(Math.floor(now / 1000) * 1000 + 5_000);
    const header = ann.header({ subject, payload, at: other, account: "ACME" });
    expect(trust.heard({ ...rest, payload, senderHeaders: [header] })).toBe(false);
  });
});

test("without signature checks every identity is a claim, and every heartbeat counts", () => {
  const unchecked = new InstanceTrust(undefined);
  unchecked.registered(record());
  expect(unchecked.heard(beat(-3_600_000))).toBe(true);
  expect(unchecked.fields()).toEqual({ identity: `ACME.${ann.nkey}`, trust: "claimed" });
});

test("a roster takes in no instance by a heartbeat that does not count, and keeps none alive by it", () => {
  let nowMs = 0;
  const roster = new Roster(() => nowMs, { signatures: checks });
  const send = ({ payload, senderHeaders }: ReturnType<typeof beat>, on = subject): void =>
    roster.beat(payload, on, senderHeaders);
  send(beat(0, ann, { user: bob.nkey }));
  expect(roster.entries()).toEqual([]);
  send(beat());
  expect(roster.entries()).toMatchObject([{ state: "online" }]);
  nowMs = 40_000;
  send(beat(1_000, ann, { user: bob.nkey }));
  expect(roster.entries()).toMatchObject([{ state: "offline", beatProblem: "their signature fails" }]);
  send(beat(2_000));
  expect(roster.entries()).toMatchObject([{ state: "online" }]);
});

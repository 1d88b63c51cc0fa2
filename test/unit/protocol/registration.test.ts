import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { AgentRecord } from "../../../src/protocol/registration.ts";
import { buildRegistration, decodeRegistration, isIdentityProven } from "../../../src/protocol/registration.ts";
import { registrationVectors } from "../../support/sender-vectors.ts";
import { testUser, verifies } from "../../support/test-user.ts";

const registration = {
  id: "ABC",
  address: { agent: "muster", owner: "press-07", name: "inspector" },
  version: "0.1.0",
  description: "Explains alarms",
  maxPayloadBytes: 1024 * 1024,
  acceptsAttachments: true,
};

/** A record as others may send it, over a good one. */
function record(changes: Record<string, unknown>): string {
  return JSON.stringify({ ...buildRegistration(registration), ...changes });
}

function endpoints(metadata: unknown, subject = "agents.prompt.muster.press-07.inspector"): unknown[] {
  return [{ name: "prompt", subject, queue_group: "agents", metadata }];
}

test("§3 a record says everything that §3 asks for, all metadata as strings", () => {
  expect(buildRegistration(registration)).toEqual({
    type: "io.nats.micro.v1.info_response",
    name: "agents",
    id: "ABC",
    version: "0.1.0",
    metadata: { agent: "muster", owner: "press-07", protocol_version: "0.3" },
    description: "Explains alarms",
    endpoints: [
      {
        name: "prompt",
        subject: "agents.prompt.muster.press-07.inspector",
        queue_group: "agents",
        metadata: { max_payload: "1MB", attachments_ok: "true" },
      },
      { name: "status", subject: "agents.status.muster.press-07.inspector", queue_group: "agents", metadata: {} },
    ],
  });
});

test("our own record is read as what it says", () => {
  expect(decodeRegistration(record({}))).toMatchObject({
    instanceId: "ABC",
    agent: "muster",
    owner: "press-07",
    name: "inspector",
    compatibility: "same",
    promptSubject: "agents.prompt.muster.press-07.inspector",
    statusSubject: "agents.status.muster.press-07.inspector",
    maxPayloadBytes: 1024 * 1024,
    acceptsAttachments: true,
  });
});

test("§4 attachments_ok may be a boolean, a string, or missing", () => {
  for (const [value, accepts] of [
    [true, true],
    ["true", true],
    [false, false],
    ["false", false],
    [undefined, false],
  ] as const) {
    const payload = record({ endpoints: endpoints({ max_payload: "1MB", attachments_ok: value }) });
    expect(decodeRegistration(payload)).toMatchObject({ acceptsAttachments: accepts });
  }
});

test("§4 a prompt subject of another shape is taken as it is, the name from the session or the id", () => {
  const elsewhere = { endpoints: endpoints(null, "custom.place") };
  expect(decodeRegistration(record(elsewhere))).toMatchObject({ promptSubject: "custom.place", name: "ABC" });
  const metadata = { agent: "a", owner: "o", protocol_version: "0.3", session: "work" };
  expect(decodeRegistration(record({ ...elsewhere, metadata }))).toMatchObject({ name: "work" });
});

test("an unreadable max_payload is none", () => {
  const decoded = decodeRegistration(record({ endpoints: endpoints({ max_payload: "lots" }) }));
  expect(decoded).not.toHaveProperty("maxPayloadBytes");
});

test("§4 another major version is shown, and marked", () => {
  const metadata = { agent: "a", owner: "o", protocol_version: "1.0" };
  expect(decodeRegistration(record({ metadata }))).toMatchObject({ compatibility: "other-major" });
});

test("services of another name are none of ours", () => {
  expect(decodeRegistration(record({ name: "weather" }))).toBeUndefined();
  expect(decodeRegistration(record({ id: "" }))).toBeUndefined();
  expect(decodeRegistration("not JSON")).toBeUndefined();
});

test("§4 an agents service without what an agent needs is unusable, with the problem", () => {
  expect(decodeRegistration(record({ metadata: null }))).toHaveProperty("problem");
  expect(decodeRegistration(record({ endpoints: [] }))).toHaveProperty("problem");
});

test("nothing makes it throw", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (metadata, list) => {
      decodeRegistration(record({ metadata, endpoints: list }));
      decodeRegistration(JSON.stringify(list));
    }),
  );
});

function read(changes: Record<string, unknown>): AgentRecord {
  const decoded = decodeRegistration(record(changes));
  if (decoded === undefined || "problem" in decoded) throw new Error("The record was not read");
  return decoded;
}

describe("§13.9 min_sender_trust", () => {
  test("is declared beside the other limits, and read back", () => {
    const info = buildRegistration({ ...registration, minSenderTrust: "signed" });
    expect(info.endpoints[0]?.metadata).toEqual({
      max_payload: "1MB",
      attachments_ok: "true",
      min_sender_trust: "signed",
    });
    expect(decodeRegistration(JSON.stringify(info))).toMatchObject({ minSenderTrust: "signed" });
  });

  test("that is missing is any, and one that is not known is signed", () => {
    for (const [value, trust] of [
      [undefined, "any"],
      ["any", "any"],
      ["signed", "signed"],
      ["notarised", "signed"],
      ["", "signed"],
      [null, "signed"],
      [1, "signed"],
    ] as const) {
      const metadata = { max_payload: "1MB", attachments_ok: "true", min_sender_trust: value };
      expect(read({ endpoints: endpoints(metadata) }).minSenderTrust).toBe(trust);
    }
  });
});

describe("§13.10 a registered identity", () => {
  for (const { id, seed, user, account, agent, owner, prompt_subject, id_sig } of registrationVectors) {
    const metadata = { agent, owner, protocol_version: "0.3", user_nkey: user, account, id_sig };
    const proven = { metadata, endpoints: endpoints({}, prompt_subject) };

    test(`vector ${id}: is proven by its id_sig`, () => {
      const found = read(proven);
      expect(found.identity).toEqual({ user, account, idSig: id_sig });
      expect(isIdentityProven(found, verifies)).toBe(true);
      expect(testUser(seed).nkey).toBe(user);
    });

    test(`vector ${id}: is a claim with anything else in it, or without id_sig`, () => {
      for (const changes of [{ account: "ACME" }, { agent: "x" }, { owner: "x" }, { user_nkey: testUser().nkey }]) {
        expect(isIdentityProven(read({ ...proven, metadata: { ...metadata, ...changes } }), verifies)).toBe(false);
      }
      expect(isIdentityProven(read({ ...proven, endpoints: endpoints({}, "agents.prompt.x.y.z") }), verifies)).toBe(
        false,
      );
      for (const idSig of [undefined, "", "AAAA", "A".repeat(86), 5]) {
        const found = read({ ...proven, metadata: { ...metadata, id_sig: idSig } });
        expect(found.identity).toMatchObject({ user, account });
        expect(isIdentityProven(found, verifies)).toBe(false);
      }
    });
  }

  test("goes into the metadata as it is", () => {
    const identity = { user: testUser().nkey, account: "$G", idSig: "S" };
    const { metadata } = buildRegistration({ ...registration, identity });
    expect(metadata).toMatchObject({ user_nkey: identity.user, account: "$G", id_sig: "S" });
  });

  test("that is no agent ID is none", () => {
    const { nkey } = testUser();
    for (const changes of [
      { user_nkey: "ann", account: "$G" },
      { user_nkey: nkey },
      { user_nkey: nkey, account: "a b" },
      { user_nkey: nkey, account: 5 },
    ])
      expect(
        read({ metadata: { agent: "a", owner: "o", protocol_version: "0.3", ...changes } }).identity,
      ).toBeUndefined();
  });
});

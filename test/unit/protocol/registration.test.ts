import { expect, test } from "bun:test";
import fc from "fast-check";
import { buildRegistration, decodeRegistration } from "../../../src/protocol/registration.ts";

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

test("a record says everything that §3 asks for, all metadata as strings", () => {
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

test("attachments_ok may be a boolean, a string, or missing", () => {
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

test("a prompt subject of another shape is taken as it is, the name from the session or the id", () => {
  const elsewhere = { endpoints: endpoints(null, "custom.place") };
  expect(decodeRegistration(record(elsewhere))).toMatchObject({ promptSubject: "custom.place", name: "ABC" });
  const metadata = { agent: "a", owner: "o", protocol_version: "0.3", session: "work" };
  expect(decodeRegistration(record({ ...elsewhere, metadata }))).toMatchObject({ name: "work" });
});

test("an unreadable max_payload is none", () => {
  const decoded = decodeRegistration(record({ endpoints: endpoints({ max_payload: "lots" }) }));
  expect(decoded).not.toHaveProperty("maxPayloadBytes");
});

test("another major version is shown, and marked", () => {
  const metadata = { agent: "a", owner: "o", protocol_version: "1.0" };
  expect(decodeRegistration(record({ metadata }))).toMatchObject({ compatibility: "other-major" });
});

test("services of another name are none of ours", () => {
  expect(decodeRegistration(record({ name: "weather" }))).toBeUndefined();
  expect(decodeRegistration(record({ id: "" }))).toBeUndefined();
  expect(decodeRegistration("not JSON")).toBeUndefined();
});

test("an agents service without what an agent needs is unusable, with the problem", () => {
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

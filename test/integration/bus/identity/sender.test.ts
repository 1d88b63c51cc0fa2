// What a prompt endpoint answers to each kind of sender (§13.7), against a real server.

import { createInbox, headers } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { CallerRules, PromptHandler, ServedAgent, ServiceSpec } from "../../../../src/bus/serving/service-port.ts";
import { eventually, startBusHost } from "../../../support/bus-host.ts";
import type { BusHost } from "../../../support/bus-host.ts";
import { jsonRecord, jsonRecords } from "../../../support/json-record.ts";
import { startNatsServer } from "../../../support/nats-server.ts";
import type { RunningNatsServer } from "../../../support/nats-server.ts";
import { rawCaller } from "../../../support/raw-caller.ts";
import type { RawAnswer, RawCaller } from "../../../support/raw-caller.ts";
import { testUser } from "../../../support/test-user.ts";
import type { TestMessage, TestUser } from "../../../support/test-user.ts";

const [ann, bob] = [testUser(), testUser()];
let server: RunningNatsServer;
let bus: BusHost;
let caller: RawCaller;
let agents = 0;

beforeAll(async () => {
  server = await startNatsServer();
  bus = await startBusHost(server.url);
  caller = await rawCaller(server.url);
});

afterAll(async () => {
  await caller.close();
  await bus.stop();
  await server.stop();
});

/** Says who it believes to be asked by. */
const tellSender: PromptHandler = async function* ({ sender }) {
  yield await Promise.resolve({ type: "text", text: JSON.stringify(sender) } as const);
  yield { type: "end" };
};

function serve(callers: Partial<CallerRules> = {}, spec: Partial<ServiceSpec> = {}, handler = tellSender) {
  const address = { agent: "muster", owner: "tests", name: `sender-${agents++}` };
  return bus.serve({ address, callers: { trust: "any", allow: [], deny: [], ...callers }, ...spec }, handler);
}

function send(
  agent: ServedAgent,
  header?: string,
  payload = "hello",
  subject = agent.promptSubject,
): Promise<RawAnswer> {
  return caller.prompt(subject, payload, header === undefined ? {} : { headers: { "Agent-Sender": header } }).done;
}

function signed(agent: ServedAgent, user: TestUser, message: Partial<TestMessage> = {}): string {
  return user.header({ subject: agent.promptSubject, payload: "hello", ...message });
}

/** Refused before any ack: one error frame, then the end. */
function expectRefusal(answer: RawAnswer, error: Record<string, unknown>): void {
  expect(answer.error()).toMatchObject(error);
  expect(answer.frames).toHaveLength(1);
}

describe("§13.7 a prompt", () => {
  test("without a header, or with one of an unknown version, has no sender", async () => {
    const agent = await serve();
    for (const header of [undefined, '{"v":2}']) {
      expect(JSON.parse((await send(agent, header)).text())).toEqual({ trust: "absent" });
    }
  });

  test("with a header in other letters has no sender: its name is matched as it is written", async () => {
    const agent = await serve();
    const answer = await caller.prompt(agent.promptSubject, "x", { headers: { "agent-sender": "junk" } }).done;
    expect(JSON.parse(answer.text())).toEqual({ trust: "absent" });
  });

  test("with a malformed header is refused with 400, whatever the trust", async () => {
    for (const trust of ["any", "signed"] as const) {
      const agent = await serve({ trust });
      for (const header of [
        "not even JSON",
        '{"v":"1"}',
        `{"v":1,"account":"$G","user":"x"}`,
        signed(agent, ann, {}).replace('"sub"', '"subject"'),
      ])
        expectRefusal(await send(agent, header), { code: "400", error: "invalid_sender" });
    }
  });

  test("with the header twice is refused with 400", async () => {
    const agent = await serve();
    const inbox = createInbox();
    const first = Promise.withResolvers<string | undefined>();
    caller.nats.subscribe(inbox, {
      callback: (_, { headers }) => first.resolve(headers?.get("Nats-Service-Error-Code")),
    });
    const twice = headers();
    twice.append("Agent-Sender", signed(agent, ann));
    twice.append("Agent-Sender", signed(agent, ann));
    caller.nats.publish(agent.promptSubject, "hello", { reply: inbox, headers: twice });
    expect(await first.promise).toBe("400");
  });

  test("with a claim is served as a claim, and refused with 401 where it must be signed", async () => {
    const claim = JSON.stringify({ v: 1, account: "ACME", user: ann.nkey, name: "Ann" });
    const answer = await send(await serve(), claim);
    expect(JSON.parse(answer.text())).toEqual({
      trust: "claimed",
      sender: { account: "ACME", user: ann.nkey, name: "Ann" },
    });
    for (const header of [claim, undefined]) {
      expectRefusal(await send(await serve({ trust: "signed" }), header), { code: "401", error: "signature_required" });
    }
  });

  test("that is rightly signed is served as the sender's", async () => {
    for (const trust of ["any", "signed"] as const) {
      const agent = await serve({ trust });
      const answer = await send(agent, signed(agent, ann, { account: "ACME" }));
      expect(JSON.parse(answer.text())).toEqual({ trust: "verified", sender: { account: "ACME", user: ann.nkey } });
      expect(answer.statuses()[0]).toBe("ack");
    }
  });

  test("whose signature fails is refused with 401, whatever the trust", async () => {
    for (const trust of ["any", "signed"] as const) {
      const agent = await serve({ trust });
      const other = await serve();
      const forged = ann.header({ subject: agent.promptSubject, payload: "hello" }, { user: bob.nkey });
      expectRefusal(await send(agent, forged), { code: "401", error: "sender_refused", reason: "signature" });
      expectRefusal(await send(agent, signed(agent, ann), "goodbye"), { code: "401", reason: "signature" });
      expectRefusal(await send(agent, signed(other, ann)), { code: "401", reason: "subject" });
    }
  });

  test("that is seen again is refused with 401, by another agent that took the first one's place too", async () => {
    const agent = await serve();
    const header = signed(agent, ann);
    expect((await send(agent, header)).error()).toBeUndefined();
    expectRefusal(await send(agent, header), { code: "401", error: "sender_refused", reason: "replay" });
    await agent.drain(0);
    const next = await serve({}, { address: { agent: "muster", owner: "tests", name: `sender-${agents - 1}` } });
    expect(next.promptSubject).toBe(agent.promptSubject);
    expectRefusal(await send(next, header), { code: "401", reason: "replay" });
  });

  test("from another time is refused with 401 and the clocks' difference, which is logged too", async () => {
    const agent = await serve();
    const late = await send(agent, signed(agent, ann, { at: new Date(Date.now() - 3_600_000) }));
    expectRefusal(late, { code: "401", error: "sender_refused", reason: "clock" });
    const skew = Number(late.error()?.["skew_s"]);
    expect([skew < -3_599, skew > -3_700]).toEqual([true, true]);
    expect(String(late.error()?.["message"])).toContain("behind this agent's clock");
    const line = bus.log.lines.find(({ fields }) => fields["reason"] === "clock");
    expect(Number(line?.fields["skew_s"])).toBe(skew);
    const early = await send(agent, signed(agent, ann, { at: new Date(Date.now() + 120_000) }));
    expect(String(early.error()?.["message"])).toContain("ahead of this agent's clock");
  });

  test("of a verified sender that is not allowed is refused with 403", async () => {
    const allowing = await serve({ allow: [ann.nkey] });
    expect((await send(allowing, signed(allowing, ann))).error()).toBeUndefined();
    expectRefusal(await send(allowing, signed(allowing, bob)), { code: "403", error: "sender_not_allowed" });
    const denying = await serve({ deny: [`$G.${bob.nkey}`] });
    expectRefusal(await send(denying, signed(denying, bob)), { code: "403", error: "sender_not_allowed" });
  });

  test("has a header that counts towards max_payload", async () => {
    const agent = await serve({}, { maxPayloadBytes: 1_024 });
    const payload = "x".repeat(800);
    expectRefusal(await send(agent, signed(agent, ann, { payload }), payload), {
      code: "400",
      error: "payload_too_large",
    });
  });
});

test("§13.1: a claim grants nothing: neither a place on the allow list nor another's rate", async () => {
  const claim = JSON.stringify({ v: 1, account: "$G", user: ann.nkey });
  const listed = await serve({ allow: [ann.nkey] });
  expectRefusal(await send(listed, claim), { code: "401", error: "signature_required" });
  const limited = await serve({ rate: { limit: 1, perMs: 60_000 } });
  expect((await send(limited, claim)).error()).toBeUndefined();
  expectRefusal(await send(limited, claim.replace(ann.nkey, bob.nkey)), { code: "429", error: "rate_limited" });
  expect((await send(limited, signed(limited, ann))).error()).toBeUndefined();
});

test("§13.9: the registration says what the endpoint asks for", async () => {
  const declared = async (callers: Partial<CallerRules>): Promise<unknown> => {
    const { instanceId } = await serve(callers);
    const info = await caller.ask(`$SRV.INFO.agents.${instanceId}`);
    const [prompt, status] = jsonRecords(info["endpoints"]).map(({ metadata }) => jsonRecord(JSON.stringify(metadata)));
    expect(status).toEqual({});
    return prompt?.["min_sender_trust"];
  };
  expect(await declared({})).toBe("any");
  expect(await declared({ trust: "signed" })).toBe("signed");
  expect(await declared({ allow: [ann.nkey] })).toBe("signed");
});

test("§13.9: a status request is answered whoever asks, and what fails is logged", async () => {
  const agent = await serve({ trust: "signed", allow: [ann.nkey] });
  const subject = agent.promptSubject.replace("prompt", "status");
  for (const header of [
    undefined,
    "junk",
    bob.header({ subject: "elsewhere", payload: "" }),
    ann.header({ subject, payload: "" }),
  ]) {
    const sent = headers();
    if (header !== undefined) sent.set("Agent-Sender", header);
    const answer = await caller.nats.request(subject, "", { timeout: 5_000, headers: sent });
    expect(answer.json()).toMatchObject({ instance_id: agent.instanceId });
    expect(answer.headers).toBeUndefined();
  }
  expect(bus.log.lines.filter(({ message }) => message.includes("status request")).length).toBeGreaterThan(0);
});

describe("senders of one agent", () => {
  test("have a rate each: more gets 429 with the time until it is over", async () => {
    const agent = await serve({ rate: { limit: 2, perMs: 60_000 } });
    for (let sent = 0; sent < 2; sent++) expect((await send(agent, signed(agent, ann))).error()).toBeUndefined();
    const refused = await send(agent, signed(agent, ann));
    expectRefusal(refused, { code: "429", error: "rate_limited" });
    const retry = Number(refused.error()?.["retry_after_s"]);
    expect([retry > 30, retry <= 60]).toEqual([true, true]);
    expect((await send(agent, signed(agent, bob))).error()).toBeUndefined();
    expect((await send(agent)).error()).toBeUndefined();
  });

  test("are served in turn: a flood of one holds up neither another nor those that do not sign", async () => {
    const gates: (() => void)[] = [];
    const order: string[] = [];
    const agent = await serve({}, { concurrency: 1, queue: 4 }, async function* ({ text }) {
      order.push(text);
      await new Promise<void>((resolve) => gates.push(resolve));
      yield { type: "end" };
    });
    const flood = Array.from({ length: 8 }, (_, index) => `flood ${index}`);
    const floods = flood.map((payload) => send(agent, signed(agent, ann, { payload }), payload));
    await eventually(() => agent.counters().queued === 4 && agent.counters().errors === 3);
    const others = [send(agent, signed(agent, bob, { payload: "bob" }), "bob"), send(agent, undefined, "unsigned")];
    await eventually(() => agent.counters().queued === 6);
    for (let served = 1; served <= 7; served++) {
      await eventually(() => gates.length === served);
      gates[served - 1]?.();
    }
    await Promise.all([...floods, ...others]);
    expect(order.slice(0, 4).toSorted()).toEqual(["bob", "flood 0", "flood 1", "unsigned"]);
  });
});

test("§13.7.1: where the server puts the account into the subject, it must be the signed one", async () => {
  const agent = await serve({ trust: "signed" }, { accountTokenPosition: 3 });
  const inserted = agent.promptSubject.replace("agents.prompt.", "agents.prompt.ACME.");
  for (const subject of [agent.promptSubject, inserted]) {
    const header = ann.header({ subject, payload: "hello", account: "ACME" });
    expect(JSON.parse((await send(agent, header, "hello", inserted)).text())).toMatchObject({ trust: "verified" });
  }
  const lying = ann.header({ subject: agent.promptSubject, payload: "hello", account: "OTHER" });
  expectRefusal(await send(agent, lying, "hello", inserted), { code: "401", reason: "account" });
  const direct = ann.header({ subject: agent.promptSubject, payload: "hello", account: "ACME" });
  expectRefusal(await send(agent, direct), { code: "401", reason: "account" });
});

test("a signed prompt that is sent again by its sender is not run again; another sender's with the same id is", async () => {
  let runs = 0;
  const agent = await serve({}, {}, async function* () {
    yield await Promise.resolve({ type: "text", text: `run ${++runs}` } as const);
    yield { type: "end" };
  });
  const payload = '{"prompt":"p","request_id":"r"}';
  const texts: string[] = [];
  for (const user of [ann, ann, bob]) texts.push((await send(agent, signed(agent, user, { payload }), payload)).text());
  expect(texts).toEqual(["run 1", "run 1", "run 2"]);
  const other = '{"prompt":"q","request_id":"r"}';
  const conflict = await send(agent, signed(agent, ann, { payload: other }), other);
  expectRefusal(conflict, { code: "409", error: "request_id_conflict", reason: "other_payload" });
});

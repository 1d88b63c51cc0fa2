// Approvals of a whole runtime: an agent whose tool must ask, callers that answer in every way that is not good enough, one that is, and the
// local operator.

import { headers } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { jsonRecord } from "../../support/json-record.ts";
import { startMuster, type RunningMuster } from "../../support/muster.ts";
import type { RawStream } from "../../support/raw-caller.ts";
import { openScriptedBus } from "../../support/scripted-bus.ts";
import { sha256, testUser, type TestUser } from "../../support/test-user.ts";
import { until } from "../../support/until.ts";

const [ann, bob] = [testUser(), testUser()];
const subject = "agents.prompt.muster.test.helper";
const { nats, model, caller, close } = await openScriptedBus();
const sent: string[] = [];
let muster: RunningMuster;
let manifest: string;

beforeAll(async () => {
  manifest = `
identity: { owner: test }
nats: { servers: ["${nats.url}"] }
endpoints:
  scripted: { provider: ollama, url: "${model.url}", parallel: 4 }
models:
  local: { endpoint: scripted, model: scripted, context: 4096 }
agents:
  helper:
    model: local
    concurrency: 4
    approval_timeout: 20s
    callers: { approve: [${ann.nkey}] }
    tools:
      press: { type: publish, ask: ["plant.press3.*"] }
`;
  muster = await startMuster({ manifest });
  caller.nats.subscribe("plant.>", { callback: (_error, message) => void sent.push(message.string()) });
  await caller.nats.flush();
});

afterAll(async () => {
  await muster.stop();
  await close();
});

/** The model calls its tool in each of so many turns, and then ends them all. */
function play(turns = 1): void {
  const calls = [{ name: "press", input: { subject: "plant.press3.restart", payload: "now" } }];
  const all = Array.from({ length: turns });
  model.script("scripted", { steps: [...all.map(() => ({ calls })), ...all.map(() => ({ text: "Done." }))] });
}

interface Asked {
  readonly stream: RawStream;
  readonly id: string;
  readonly prompt: string;
  readonly replySubject: string;
}

/** A prompt, up to its question. `by`: signed by this user, and in this conversation. */
async function ask(by?: TestUser, session?: string, hasScript = false): Promise<Asked> {
  if (!hasScript) play();
  const payload = session === undefined ? "Restart it" : JSON.stringify({ prompt: "Restart it", session });
  const signed = by === undefined ? {} : { headers: { "Agent-Sender": by.header({ subject, payload }) } };
  const stream = caller.prompt(subject, payload, signed);
  const asked = await stream.until(({ frames }) => frames.some(isQuery));
  const { data } = jsonRecord(asked.frames.find(isQuery)?.body ?? "");
  const { prompt, reply_subject, approval } = jsonRecord(JSON.stringify(data));
  const { id } = jsonRecord(JSON.stringify(approval));
  return { stream, id: String(id), prompt: String(prompt), replySubject: String(reply_subject) };
}

function isQuery({ body }: { readonly body: string }): boolean {
  return body.startsWith('{"type":"query"');
}

function answer({ replySubject }: Asked, payload: string, header?: string): void {
  const all = headers();
  if (header !== undefined) all.set("Agent-Sender", header);
  caller.nats.publish(replySubject, payload, header === undefined ? {} : { headers: all });
}

/** As an approver's caller answers. */
function bound(asked: Asked, word: string, by: TestUser): void {
  const payload = JSON.stringify({ prompt: word, approves: sha256(asked.prompt) });
  answer(asked, payload, by.header({ subject: asked.replySubject, payload }));
}

/** What the model read of its tool. */
async function result({ stream }: Asked): Promise<string> {
  expect((await stream.done).text()).toBe("Done.");
  const messages = model.received.chats().at(-1)?.body["messages"];
  return JSON.stringify(Array.isArray(messages) ? messages.at(-1) : messages);
}

async function records(last = 1): Promise<Record<string, unknown>[]> {
  const { stdout } = await muster.command(["approvals", "--last", String(last), "--json"]);
  return stdout.trim().split("\n").map(jsonRecord);
}

describe("a tool that must ask", () => {
  test("asks with the exact action, and acts after a bound yes of an approver alone", async () => {
    const asked = await ask();
    expect(asked.prompt).toContain("\n\n    publish to plant.press3.restart: now\n\n");
    expect(asked.prompt).toContain('agent "muster/test/helper"');
    expect(sent).toEqual([]);
    bound(asked, "yes", ann);
    expect(await result(asked)).toContain("Published 3 bytes");
    await until("the message", () => sent.splice(0).join() === "now");
    expect(await records()).toMatchObject([
      { id: asked.id, agent: "helper", tool: "press", answer: "yes", by: `$G.${ann.nkey}` },
    ]);
    await until("the log", () => muster.log().includes(asked.id));
  });

  const yes = '{"prompt":"yes"}';
  test.each<[string, (asked: Asked) => void, string]>([
    ["an unsigned yes", (asked) => answer(asked, "yes"), "not signed"],
    [
      "an unsigned yes that names the question",
      (asked) => answer(asked, JSON.stringify({ prompt: "yes", approves: sha256(asked.prompt) })),
      "not signed",
    ],
    ["a claim", (asked) => answer(asked, "yes", JSON.stringify({ v: 1, account: "$G", user: ann.nkey })), "not signed"],
    [
      "another's signature under an approver's name",
      (asked) => answer(asked, yes, bob.header({ subject: asked.replySubject, payload: yes }, { user: ann.nkey })),
      "signature does not hold",
    ],
    ["a caller who is served, and may not approve", (asked) => bound(asked, "yes", bob), "may not approve"],
    [
      "a yes for another subject",
      (asked) => answer(asked, yes, ann.header({ subject, payload: yes })),
      "made for another question",
    ],
    [
      "a signed yes that does not say which question it is for",
      (asked) => answer(asked, yes, ann.header({ subject: asked.replySubject, payload: yes })),
      "does not say which question",
    ],
    [
      "an approver's yes to another text, passed on by who asked for it",
      (asked) => bound({ ...asked, prompt: "Do you like coffee?" }, "yes", ann),
      "for another question",
    ],
    ["a yes with more behind it", (asked) => bound(asked, "yes, and reboot", ann), "none of yes, no and always"],
    ["nothing", (asked) => answer(asked, ""), "cannot be read"],
    ["a no", (asked) => bound(asked, "no", ann), "said no"],
  ])("does not act on %s", async (_name, respond, reason) => {
    const asked = await ask(bob);
    respond(asked);
    expect(await result(asked)).toContain(reason);
    expect(sent).toEqual([]);
    expect(await records()).toMatchObject([{ id: asked.id, answer: "no", caller: `$G.${bob.nkey}` }]);
  });

  test("does not act on a yes that was good for the question before, nor on one after the first answer", async () => {
    const first = await ask();
    const payload = JSON.stringify({ prompt: "yes", approves: sha256(first.prompt) });
    const header = ann.header({ subject: first.replySubject, payload });
    answer(first, payload, header);
    expect(await result(first)).toContain("Published");
    await until("the message", () => sent.splice(0).length === 1);
    const second = await ask();
    answer(second, payload, header);
    bound(second, "yes", ann);
    expect(await result(second)).toContain("not approved");
    expect(sent).toEqual([]);
  });

  test("ends its question with its turn when the caller leaves", async () => {
    const asked = await ask();
    asked.stream.stop();
    await until("the turn's end", async () => (await records()).at(0)?.["id"] === asked.id);
    expect(await records()).toMatchObject([{ answer: "no", by: "nobody", reason: "the turn was stopped" }]);
    const late = await muster.command(["approve", asked.id]);
    expect([late.code, late.stderr]).toEqual([1, `No approval "${asked.id}" waits: nothing waits\n`]);
  });
});

describe("the local operator", () => {
  test("sees what waits, and allows one of two that wait, and denies the other", async () => {
    play(2);
    const [one, other] = [await ask(undefined, undefined, true), await ask(undefined, undefined, true)];
    const { stdout } = await muster.command(["approvals"]);
    expect(stdout).toContain(`${one.id}  agent helper, tool press, until `);
    expect(stdout).toContain("\n        publish to plant.press3.restart: now\n");
    const allowed = await muster.command(["approve", one.id.toLowerCase()]);
    expect([allowed.code, allowed.stdout.includes("yes by operator")]).toEqual([0, true]);
    expect(await result(one)).toContain("Published");
    const denied = await muster.command(["deny", other.id]);
    expect(denied.code).toBe(0);
    expect(await result(other)).toContain("the operator said no");
    await until("one message", () => sent.length === 1);
    expect(sent.splice(0)).toEqual(["now"]);
  });

  test("says always for a conversation, which another caller and another conversation do not have", async () => {
    const asked = await ask(bob, "line3");
    expect(asked.prompt).toContain("yes, no or always");
    expect((await muster.command(["approve", "--always", asked.id])).code).toBe(0);
    expect(await result(asked)).toContain("Published");
    const again = JSON.stringify({ prompt: "Again", session: "line3" });
    const signed = { headers: { "Agent-Sender": bob.header({ subject, payload: again }) } };
    play();
    const whole = await caller.prompt(subject, again, signed).done;
    expect(whole.frames.some(isQuery)).toBe(false);
    expect(await records()).toMatchObject([{ answer: "always", by: "operator", conversation: "line3" }]);
    await until("two messages", () => sent.length === 2);
    sent.splice(0);
    for (const [by, session] of [
      [bob, "line4"],
      [ann, "line3"],
      [undefined, "line3"],
    ] as const) {
      const elsewhere = await ask(by, session);
      bound(elsewhere, "no", ann);
      expect(await result(elsewhere)).toContain("not approved");
    }
  });

  test("says always for a conversation that is removed, and is asked again in the next of that name", async () => {
    const asked = await ask(bob, "line5");
    expect((await muster.command(["approve", "--always", asked.id])).code).toBe(0);
    expect(await result(asked)).toContain("Published");
    await until("the message", () => sent.splice(0).length === 1);
    const removal = ["conversations", "rm", "line5", "--agent", "helper", "--owner", bob.nkey];
    expect(await muster.command(removal)).toMatchObject({ code: 0 });
    const again = await ask(bob, "line5");
    bound(again, "no", ann);
    expect(await result(again)).toContain("not approved");
    expect(sent).toEqual([]);
  });

  test("reads what was decided also when the runtime does not run, and finds nothing waiting after a crash", async () => {
    const asked = await ask();
    const before = await records(5);
    await muster.kill();
    expect(await records(5)).toEqual(before);
    await muster.restart();
    expect(await muster.command(["approvals"])).toMatchObject({ code: 0, stdout: "", stderr: "Nothing waits\n" });
    bound(asked, "yes", ann);
    expect((await muster.command(["approve", asked.id])).code).toBe(1);
    expect([sent, await records(5)]).toEqual([[], before]);
  });
});

test("a question is a no at once when its agent drains", async () => {
  const asked = await ask();
  expect((await muster.command(["drain", "helper"])).code).toBe(0);
  expect(await result(asked)).toContain("the agent drains");
  expect(await records()).toMatchObject([{ id: asked.id, answer: "no", by: "nobody" }]);
  expect((await muster.command(["start", "helper"])).code).toBe(0);
});

test("a question that nobody answers is a no in time", async () => {
  const soon = manifest.replace("approval_timeout: 20s", "approval_timeout: 1s");
  const quick = await startMuster({ manifest: soon.replace("owner: test", "owner: quick") });
  try {
    play();
    const whole = await caller.prompt("agents.prompt.muster.quick.helper", "Restart it").done;
    expect(whole.statuses()).toContain("tool_failed:press");
    const { stdout } = await quick.command(["approvals", "--last", "1", "--json"]);
    expect(jsonRecord(stdout)).toMatchObject({ answer: "no", reason: "nobody who may said yes within 1 s" });
    expect(sent).toEqual([]);
  } finally {
    await quick.stop();
  }
});

// Conversations that several machines share, in JetStream of a real server.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { ConversationBucket } from "../../../src/bus/memory/conversation-bucket.ts";
import { KvConversations } from "../../../src/bus/memory/kv-conversations.ts";
import { openBus } from "../../../src/bus/connection/open-bus.ts";
import type { StoredTurn } from "../../../src/memory/contract.ts";
import { defaultConversationLimits } from "../../../src/memory/conversation-limits.ts";
import { MemoryError } from "../../../src/memory/memory-error.ts";
import { jsonRecords } from "../../support/json-record.ts";
import { type RunningMuster, startMuster } from "../../support/muster.ts";
import { type RunningNatsServer, startNatsServer } from "../../support/nats-server.ts";
import { recordedLog } from "../../support/recorded-log.ts";
import { rejectionError } from "../../support/rejection.ts";
import { type ScriptedModel, startScriptedModel } from "../../support/scripted-model.ts";

const never = new AbortController().signal;
const limitMs = 120_000;
const turn = (text: string): StoredTurn => ({ messages: [{ role: "user", text }] });

let nats: RunningNatsServer;
beforeAll(async () => {
  nats = await startNatsServer({ jetstream: true });
}, limitMs);
afterAll(() => nats.stop());

/** One machine's store. */
function machine(url = nats.url) {
  const log = recordedLog();
  const bus = openBus({ settings: { servers: [url] }, clientName: "test", log });
  const identity = { agent: "muster", owner: "plant" };
  const store = new KvConversations({ bucket: new ConversationBucket(bus), identity, log });
  const conversations = store.forAgent({ ...defaultConversationLimits, turns: 100 });
  return {
    store,
    log,
    connected: () => bus.connected(),
    open: (conversation: string) => conversations.open({ agent: "a", conversation }, never),
    add: async (conversation: string, text: string) => {
      const held = await conversations.open({ agent: "a", conversation }, never);
      await held.load();
      await held.append(turn(text));
      held.release();
    },
    texts: async (conversation: string) => {
      const held = await conversations.open({ agent: "a", conversation }, never);
      const turns = await held.load();
      held.release();
      return turns.map(({ messages }) => messages[0]?.text ?? "");
    },
    [Symbol.asyncDispose]: () => bus.close(),
  };
}

describe("two machines on one bucket", () => {
  test(
    "that write one conversation at once lose no turn of each other",
    async () => {
      await using one = machine();
      await using other = machine();
      await Promise.all([one.connected(), other.connected()]);
      const numbers = Array.from({ length: 20 }, (_, at) => at);
      const write = async (who: typeof one, name: string) => {
        for (const number of numbers) await who.add("shared", `${name} ${number}`);
      };
      await Promise.all([write(one, "one"), write(other, "other")]);
      const texts = await one.texts("shared");
      for (const name of ["one", "other"]) {
        expect(texts.filter((text) => text.startsWith(`${name} `))).toEqual(
          numbers.map((number) => `${name} ${number}`),
        );
      }
    },
    limitMs,
  );

  test("of which one loaded before the other wrote: its turn comes after the other's", async () => {
    await using one = machine();
    await using other = machine();
    await Promise.all([one.connected(), other.connected()]);
    const held = await one.open("late");
    await held.load();
    await other.add("late", "first");
    await held.append(turn("second"));
    held.release();
    expect(await other.texts("late")).toEqual(["first", "second"]);
  });

  test("of which one removes what the other is in: it stays removed", async () => {
    await using one = machine();
    await using other = machine();
    await Promise.all([one.connected(), other.connected()]);
    await one.add("gone", "before");
    const held = await one.open("gone");
    await held.load();
    expect(await other.store.remove({ agent: "a", conversation: "gone" })).toBe(true);
    await held.append(turn("late"));
    held.release();
    expect(await other.texts("gone")).toEqual([]);
  });

  test("of which one folds the oldest turns: both read the summary, and what the other has folded is not folded again", async () => {
    await using one = machine();
    await using other = machine();
    await Promise.all([one.connected(), other.connected()]);
    for (const text of ["1", "2", "3"]) await one.add("folded", text);
    const [held, late] = await Promise.all([one.open("folded"), other.open("folded")]);
    await Promise.all([held.load(), late.load()]);
    const summary: StoredTurn = { messages: [{ role: "user", text: "1 and 2" }], folds: 2 };
    expect(await held.fold(2, summary)).toBe(true);
    expect(await late.fold(2, summary)).toBe(false);
    await late.append(turn("4"));
    held.release();
    late.release();
    expect(await one.texts("folded")).toEqual(["1 and 2", "3", "4"]);
    const record = await other.store.read({ agent: "a", conversation: "folded" });
    expect(record?.turns.map(({ folds }) => folds)).toEqual([2, undefined, undefined]);
  });

  test("see the same list; oldest turns go when the value is as large as a message may be, and a larger turn is said", async () => {
    await using one = machine();
    await one.connected();
    await one.add("large", "a".repeat(500_000));
    await one.add("large", "b".repeat(500_000));
    await one.add("large", "c".repeat(500_000));
    expect((await one.texts("large")).map((text) => text[0])).toEqual(["b", "c"]);
    await one.add("large", "d".repeat(1_100_000));
    expect((await one.texts("large")).map((text) => text[0])).toEqual(["b", "c"]);
    expect(one.log.messages()).toContain("A turn is larger than a value of the bucket may be: it is not remembered");
    const [entry] = await one.store.list("a", 10);
    expect(entry).toMatchObject({ key: { agent: "a", conversation: "large" }, turns: 2 });
  });
});

test("without JetStream, a conversation is neither read nor kept, and both say so", async () => {
  const plain = await startNatsServer();
  await using one = machine(plain.url);
  await one.connected();
  const held = await one.open("s");
  expect(await rejectionError(held.load())).toBeInstanceOf(MemoryError);
  expect(await rejectionError(held.append(turn("x")))).toBeInstanceOf(MemoryError);
  held.release();
  await plain.stop();
});

describe("two runtimes that serve one address", () => {
  let model: ScriptedModel;
  let runtimes: RunningMuster[];

  beforeAll(async () => {
    model = startScriptedModel();
    model.script("scripted", { text: "Noted." });
    const manifest = `
identity: { owner: floor }
nats: { servers: ["${nats.url}"] }
endpoints: { m: { provider: ollama, url: "${model.url}" } }
models: { scripted: { endpoint: m, model: scripted } }
agents:
  helper: { model: scripted, instructions: Be short., replicas: true, memory: { store: kv } }
`;
    runtimes = await Promise.all([startMuster({ manifest }), startMuster({ manifest })]);
  }, limitMs);
  afterAll(async () => {
    await Promise.all(runtimes.map((runtime) => runtime.stop()));
    await model.stop();
  });

  const ask = (text: string) => runtimes[0]?.command(["ask", "helper", text, "--session", "shift"]);
  const told = () =>
    jsonRecords(model.received.chats().at(-1)?.body["messages"]).flatMap(({ role, content }) =>
      role === "user" ? [content] : [],
    );

  test(
    "answer from one conversation, whichever of them is asked and whichever is killed",
    async () => {
      for (const text of ["one", "two", "three"]) expect((await ask(text))?.code).toBe(0);
      expect(told()).toEqual(["one", "two", "three"]);
      await runtimes[1]?.kill();
      expect((await ask("four"))?.code).toBe(0);
      await runtimes[1]?.restart();
      await runtimes[0]?.terminate();
      expect((await runtimes[1]?.command(["ask", "helper", "five", "--session", "shift"]))?.code).toBe(0);
      expect(told()).toEqual(["one", "two", "three", "four", "five"]);
      const shown = await runtimes[1]?.command(["conversations", "show", "shift"]);
      expect(shown?.stdout).toContain("in kv\n");
      expect(shown?.stdout).toContain("caller: five\nagent: Noted.\n");
      await runtimes[0]?.restart();
    },
    limitMs,
  );
});

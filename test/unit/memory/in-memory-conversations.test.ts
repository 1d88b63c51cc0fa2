import { describe, expect, test } from "bun:test";
import type { StoredTurn } from "../../../src/memory/contract.ts";
import { type ConversationLimits, defaultConversationLimits } from "../../../src/memory/conversation-limits.ts";
import { inMemoryConversations } from "../../../src/memory/in-memory-conversations.ts";
import { recordedLog } from "../../support/recorded-log.ts";

const never = new AbortController().signal;
const turn = (text: string): StoredTurn => ({
  messages: [
    { role: "user", text },
    { role: "assistant", text: `re ${text}` },
  ],
});

function store(limits: Partial<ConversationLimits> = {}) {
  const log = recordedLog();
  let clock = 0;
  const conversations = inMemoryConversations({
    log,
    limits: { ...defaultConversationLimits, ...limits },
    now: () => clock,
  });
  const add = async (agent: string, conversation: string, text: string) => {
    const open = await conversations.open({ agent, conversation }, never);
    await open.append(turn(text));
    open.release();
  };
  const read = async (agent: string, conversation: string) => {
    const open = await conversations.open({ agent, conversation }, never);
    const turns = await open.load();
    open.release();
    return turns.map(({ messages }) => messages[0]?.text);
  };
  return { log, conversations, add, read, pass: (ms: number) => (clock += ms) };
}

describe("conversations in memory", () => {
  test("come back with the turns that were appended, apart for each agent", async () => {
    const { add, read } = store();
    await add("a", "s", "one");
    await add("a", "s", "two");
    await add("b", "s", "other");
    expect(await read("a", "s")).toEqual(["one", "two"]);
    expect(await read("b", "s")).toEqual(["other"]);
    expect(await read("a", "none")).toEqual([]);
  });

  test("shrink to half of their bytes, least recently used first, and leave alone what a turn holds", async () => {
    const { conversations, add, read } = store();
    for (const name of ["one", "two", "three", "four"]) await add("a", name, "x".repeat(100));
    const held = await conversations.open({ agent: "a", conversation: "two" }, never);
    expect(conversations.shrink()).toBe(2);
    held.release();
    expect(await read("a", "one")).toEqual([]);
    expect(await read("a", "three")).toEqual([]);
    expect(await read("a", "two")).toEqual(["x".repeat(100)]);
    expect(conversations.shrink()).toBe(1);
    expect(conversations.shrink()).toBe(1);
    expect(conversations.shrink()).toBe(0);
  });

  test("keep the newest turns only", async () => {
    const { add, read } = store({ turns: 2 });
    for (const text of ["one", "two", "three"]) await add("a", "s", text);
    expect(await read("a", "s")).toEqual(["two", "three"]);
  });

  test("keep the newest bytes only, and no turn that is too large alone", async () => {
    const { add, read } = store({ conversationBytes: 1200 });
    await add("a", "s", "x".repeat(100));
    await add("a", "s", "y".repeat(100));
    expect(await read("a", "s")).toEqual(["y".repeat(100)]);
    await add("a", "s", "z".repeat(1000));
    expect(await read("a", "s")).toEqual([]);
  });

  test("evict the least recently used first, and say so in the log", async () => {
    const { add, read, log } = store({ conversations: 2 });
    await add("a", "first", "1");
    await add("a", "second", "2");
    await read("a", "first");
    await add("a", "third", "3");
    expect(log.lines).toMatchObject([
      { message: "Conversation evicted", conversation: "second", turns: 1, reason: "too many conversations" },
    ]);
    expect(await read("a", "first")).toEqual(["1"]);
    expect(await read("a", "second")).toEqual([]);
  });

  test("evict by bytes over all of them", async () => {
    const { add, read, log } = store({ totalBytes: 1500 });
    await add("a", "first", "x".repeat(150));
    await add("a", "second", "y".repeat(150));
    expect(log.messages()).toEqual(["Conversation evicted"]);
    expect(await read("a", "first")).toEqual([]);
    expect(await read("a", "second")).toEqual(["y".repeat(150)]);
  });

  test("are forgotten after the idle time", async () => {
    const { add, read, pass, log } = store({ idleMs: 1000 });
    await add("a", "s", "one");
    pass(999);
    expect(await read("a", "s")).toEqual(["one"]);
    pass(1000);
    expect(await read("a", "s")).toEqual([]);
    expect(log.lines).toMatchObject([{ reason: "idle" }]);
  });

  test("are not evicted while a turn holds them", async () => {
    const { conversations, add, read } = store({ conversations: 1 });
    const held = await conversations.open({ agent: "a", conversation: "held" }, never);
    await add("a", "other", "1");
    await held.append(turn("kept"));
    held.release();
    expect(await read("a", "held")).toEqual(["kept"]);
  });

  test("let one turn in at a time, in order", async () => {
    const { conversations } = store();
    const key = { agent: "a", conversation: "s" };
    const order: string[] = [];
    const first = await conversations.open(key, never);
    const second = conversations.open(key, never).then((open) => {
      order.push("second");
      open.release();
    });
    const third = conversations.open(key, never).then((open) => {
      order.push("third");
      open.release();
    });
    await Promise.resolve();
    order.push("first");
    first.release();
    first.release();
    await Promise.all([second, third]);
    expect(order).toEqual(["first", "second", "third"]);
  });

  test("let an aborted waiter go and the next one in", async () => {
    const { conversations } = store();
    const key = { agent: "a", conversation: "s" };
    const first = await conversations.open(key, never);
    const abort = new AbortController();
    const second = conversations.open(key, abort.signal);
    const third = conversations.open(key, never);
    abort.abort(new Error("caller gone"));
    expect(second).rejects.toThrow("caller gone");
    first.release();
    (await third).release();
  });

  test("are forgotten with their agent", async () => {
    const { conversations, add, read } = store();
    await add("a", "s", "one");
    await add("b", "s", "two");
    conversations.forgetAgent("a");
    expect(await read("a", "s")).toEqual([]);
    expect(await read("b", "s")).toEqual(["two"]);
  });
});

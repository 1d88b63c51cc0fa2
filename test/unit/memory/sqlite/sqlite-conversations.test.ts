import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { SteppedClock } from "../../../../src/host/stepped-clock.ts";
import type { ConversationKey, StoredTurn } from "../../../../src/memory/contract.ts";
import { type ConversationLimits, defaultConversationLimits } from "../../../../src/memory/conversation-limits.ts";
import { SqliteConversations } from "../../../../src/memory/sqlite/sqlite-conversations.ts";
import { encodeTurn } from "../../../../src/memory/turn-codec.ts";
import { recordedLog } from "../../../support/recorded-log.ts";
import { rejection } from "../../../support/rejection.ts";

const never = new AbortController().signal;
const day = 86_400_000;
const june = Date.UTC(2026, 5, 1);
const turn = (text: string): StoredTurn => ({
  messages: [
    { role: "user", text },
    { role: "assistant", text: `re ${text}` },
  ],
});

let folder: string;
let path: string;
const open: SqliteConversations[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-talks-"));
  path = join(folder, "conversations", "conversations.db");
});
afterEach(() => {
  for (const store of open.splice(0)) store.close();
  rmSync(folder, { recursive: true });
});

function start(limits: Partial<ConversationLimits> = {}, atMs = june) {
  const log = recordedLog();
  const time = { wall: atMs, steady: 0 };
  const full = { times: 0 };
  const store = new SqliteConversations({
    path,
    log,
    onFullDisk: () => (full.times += 1),
    wall: () => time.wall,
    now: () => time.steady,
    clock: new SteppedClock(
      () => time.wall,
      () => time.steady,
    ),
  });
  open.push(store);
  const conversations = store.forAgent({ ...defaultConversationLimits, idleMs: 30 * day, ...limits });
  const add = async (key: ConversationKey, text: string) => {
    const held = await conversations.open(key, never);
    await held.load();
    await held.append(turn(text));
    held.release();
  };
  const read = async (key: ConversationKey) => {
    const held = await conversations.open(key, never);
    const turns = await held.load();
    held.release();
    return turns.map(({ messages }) => messages[0]?.text);
  };
  const pass = (ms: number) => {
    time.wall += ms;
    time.steady += ms;
  };
  return { store, conversations, log, add, read, pass, full, set: (ms: number) => (time.wall = ms) };
}

const s = { agent: "a", conversation: "s" };

describe("conversations on disk", () => {
  test("outlive their process, apart for each agent and owner, for their user only", async () => {
    const { store, add } = start();
    await add(s, "one");
    await add(s, "two");
    await add({ ...s, owner: "UA" }, "signed");
    await add({ agent: "b", conversation: "s" }, "other");
    store.close();
    const { read } = start();
    expect(await read(s)).toEqual(["one", "two"]);
    expect(await read({ ...s, owner: "UA" })).toEqual(["signed"]);
    expect(await read({ agent: "b", conversation: "s" })).toEqual(["other"]);
    expect(await read({ ...s, owner: "UB" })).toEqual([]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
  });

  test("are there for another process that kills nothing: what was appended is in the file, whole", async () => {
    const { add } = start();
    await add(s, "one");
    const other = new Database(path, { readonly: true });
    expect(other.query("SELECT count(*) AS n FROM turns").get()).toEqual({ n: 1 });
    other.close();
  });

  test("keep the newest turns, and the newest bytes; a turn that is too large alone is said and not kept", async () => {
    const { add, read, log } = start({ turns: 2, conversationBytes: 1500 });
    for (const text of ["one", "two", "three"]) await add(s, text);
    expect(await read(s)).toEqual(["two", "three"]);
    await add(s, "x".repeat(500));
    expect(await read(s)).toEqual(["three", "x".repeat(500)]);
    await add(s, "y".repeat(600));
    expect(await read(s)).toEqual(["y".repeat(600)]);
    await add(s, "z".repeat(1000));
    expect(await read(s)).toEqual(["y".repeat(600)]);
    expect(log.messages()).toEqual(["A turn is larger than a conversation may be: it is not remembered"]);
  });

  test("are bounded in number and bytes for each agent, least recently used first, and none goes that a turn holds", async () => {
    const { conversations, add, read, pass, log } = start({ conversations: 2 });
    const name = (conversation: string) => ({ agent: "a", conversation });
    for (const one of ["first", "second"]) {
      await add(name(one), one);
      pass(1000);
    }
    await add({ agent: "b", conversation: "x" }, "of another agent");
    const held = await conversations.open(name("first"), never);
    await add(name("third"), "third");
    held.release();
    expect(await read(name("first"))).toEqual(["first"]);
    expect(await read(name("second"))).toEqual([]);
    expect(await read({ agent: "b", conversation: "x" })).toEqual(["of another agent"]);
    expect(log.lines).toMatchObject([{ message: "Conversation evicted", conversation: "second" }]);
    const small = start({ totalBytes: 550 });
    await small.add(name("large"), "x".repeat(200));
    expect(await small.read(name("first"))).toEqual([]);
    expect(await small.read(name("large"))).toEqual(["x".repeat(200)]);
  });

  test("go when they were not used for their time, after their process ended, too", async () => {
    const { store, add } = start();
    await add(s, "one");
    store.close();
    const later = start({}, june + 29 * day);
    later.store.sweep();
    expect(await later.read(s)).toEqual(["one"]);
    later.pass(day);
    later.store.sweep();
    expect(await later.read(s)).toEqual([]);
    expect(later.log.lines).toMatchObject([{ message: "Conversation evicted", reason: "expired" }]);
  });

  test("are not continued, shown or listed once their time is over, whenever the store lets go of them", async () => {
    const { store, add, read, pass, log } = start({ idleMs: 60_000 });
    await add(s, "one");
    await add({ ...s, conversation: "other" }, "two");
    pass(59_000);
    expect(await read(s)).toEqual(["one"]);
    pass(2_000);
    expect(await store.list(undefined, -1)).toEqual([]);
    expect(await store.read(s)).toBeUndefined();
    expect(await read(s)).toEqual([]);
    expect(log.lines).toMatchObject([{ message: "Conversation evicted", conversation: "s", reason: "expired" }]);
    await add(s, "anew");
    expect(await read(s)).toEqual(["anew"]);
  });

  test("of before are not old in the first minutes of a process, whose clock may not be set yet", async () => {
    const { store, add } = start({ idleMs: 60_000 });
    await add(s, "one");
    store.close();
    const later = start({ idleMs: 60_000 }, june + day);
    expect(await later.read(s)).toEqual(["one"]);
    later.pass(9 * 60_000);
    expect(await later.read(s)).toEqual(["one"]);
    later.pass(60_000);
    expect(await later.read(s)).toEqual([]);
  });

  test("survive a clock that is wrong: not set yet, ahead by years, and set right again", async () => {
    const unset = start({}, Date.UTC(1970, 0, 2));
    await unset.add(s, "before the time was known");
    unset.store.sweep();
    unset.store.close();
    const ahead = start({}, june);
    ahead.store.sweep();
    expect(await ahead.read(s)).toEqual(["before the time was known"]);
    ahead.set(june + 70 * 365 * day);
    ahead.store.sweep();
    expect(await ahead.read(s)).toEqual(["before the time was known"]);
    await ahead.add(s, "of the far future");
    ahead.store.close();
    const right = start({}, june + day);
    right.store.sweep();
    expect(await right.read(s)).toEqual(["before the time was known", "of the far future"]);
    right.pass(30 * day);
    right.store.sweep();
    expect(await right.read(s)).toEqual([]);
  });

  test("let one turn in at a time, in order", async () => {
    const { conversations } = start();
    const first = await conversations.open(s, never);
    const order: string[] = [];
    const second = conversations.open(s, never).then((held) => {
      order.push("second");
      held.release();
    });
    await Promise.resolve();
    order.push("first");
    first.release();
    first.release();
    await second;
    expect(order).toEqual(["first", "second"]);
  });

  test("that are removed while a turn runs in them stay removed, and nothing of them is left in the file", async () => {
    const { store, conversations, add, read } = start();
    await add(s, "a secret that is to go");
    const held = await conversations.open(s, never);
    await held.load();
    expect(await store.remove(s)).toBe(true);
    await held.append(turn("late"));
    held.release();
    expect(await read(s)).toEqual([]);
    expect(await store.remove(s)).toBe(false);
    store.close();
    expect(readFileSync(path).includes("a secret that is to go")).toBe(false);
  });

  test("have their oldest turns replaced by a summary, in its place, over a restart, too", async () => {
    const { store, conversations, add } = start();
    for (const text of ["one", "two", "three"]) await add(s, text);
    const held = await conversations.open(s, never);
    await held.load();
    await held.append(turn("four"));
    const summary: StoredTurn = { messages: [{ role: "user", text: "so far" }], folds: 2 };
    expect(await held.fold(2, summary)).toBe(true);
    expect(await held.fold(4, summary)).toBe(false);
    held.release();
    await add(s, "five");
    store.close();
    const { read, store: later } = start();
    expect(await read(s)).toEqual(["so far", "three", "four", "five"]);
    const record = await later.read(s);
    expect(record?.turns.map(({ folds }) => folds)).toEqual([2, undefined, undefined, undefined]);
    const bytes = (record?.turns ?? []).reduce((sum, one) => sum + Buffer.byteLength(encodeTurn(one)), 0);
    expect(record?.entry).toMatchObject({ turns: 4, bytes });
  });

  test("are listed with the last used first, and read as they were said", async () => {
    const { store, add, pass } = start();
    await add(s, "one");
    pass(day);
    await add({ agent: "b", owner: "UB", conversation: "t" }, "two");
    expect(await store.list(undefined, 10)).toMatchObject([
      { key: { agent: "b", owner: "UB", conversation: "t" }, turns: 1, usedMs: june + day },
      { key: s, turns: 1, createdMs: june },
    ]);
    expect(await store.list("a", 10)).toHaveLength(1);
    expect(await store.list(undefined, 1)).toHaveLength(1);
    expect(await store.read(s)).toMatchObject({ turns: [{ atMs: june, ...turn("one") }] });
    expect(await store.read({ ...s, owner: "UB" })).toBeUndefined();
  });
});

describe("a store that is broken", () => {
  test("is put aside, said, and agents begin anew; of several the last is kept", async () => {
    mkdirSync(dirname(path));
    for (const text of ["first", "second"]) {
      writeFileSync(path, `${text} `.repeat(1000));
      const { add, read, log, store } = start();
      await add(s, "one");
      expect(await read(s)).toEqual(["one"]);
      expect(log.messages()).toEqual([
        "The store of conversations is broken: it is put aside, and agents begin with an empty one",
      ]);
      expect(store.problem()).toBeUndefined();
      store.close();
    }
    const aside = readdirSync(dirname(path)).filter((name) => name.includes("broken"));
    expect(aside).toHaveLength(1);
    expect(readFileSync(join(dirname(path), aside[0] ?? ""), "utf8")).toStartWith("second");
  });

  test("in the middle of its pages is noticed when they are read", async () => {
    const { add, store } = start();
    for (let at = 0; at < 50; at++) await add({ agent: "a", conversation: `${at}` }, "x".repeat(3000));
    store.close();
    const bytes = readFileSync(path);
    bytes.fill(0xaa, 4096, bytes.length);
    writeFileSync(path, bytes);
    const { add: addNow, read, log } = start();
    await addNow(s, "one");
    expect(await read(s)).toEqual(["one"]);
    expect(log.messages()).toContain(
      "The store of conversations is broken: it is put aside, and agents begin with an empty one",
    );
  });

  test("of a newer version is left alone: agents answer without, which is said once, and a list says why", async () => {
    const { store, add } = start();
    await add(s, "one");
    store.close();
    const database = new Database(path);
    database.run("PRAGMA user_version = 99");
    database.close();
    const old = start();
    await old.add(s, "two");
    old.pass(60_000);
    expect(await old.read(s)).toEqual([]);
    expect(old.log.messages()).toEqual(["Conversations are not remembered: agents answer without"]);
    expect(old.store.problem()).toContain("version 99 of its schema");
    expect(await rejection(old.store.list(undefined, 1))).toContain("version 99 of its schema");
  });

  test("that cannot be opened costs nobody an answer, and is used once it can", async () => {
    writeFileSync(join(folder, "conversations"), "in the way");
    const { add, read, pass, log, store } = start();
    await add(s, "lost");
    expect(await read(s)).toEqual([]);
    rmSync(join(folder, "conversations"));
    pass(10_000);
    await add(s, "kept");
    expect(await read(s)).toEqual(["kept"]);
    expect(store.problem()).toBeUndefined();
    expect(log.messages()).toEqual([
      "Conversations are not remembered: agents answer without",
      "Conversations are remembered again",
    ]);
  });

  test("on a full disk is not written to, and written to again when there is room", async () => {
    const { store, add, read } = start();
    await add(s, "before");
    store.setStoring(false);
    await add(s, "during");
    expect(await read(s)).toEqual(["before"]);
    store.setStoring(true);
    await add(s, "after");
    expect(await read(s)).toEqual(["before", "after"]);
  });
});

test("a store that nobody uses makes no file", () => {
  const { store } = start();
  store.sweep();
  store.close();
  expect(existsSync(dirname(path))).toBe(false);
});

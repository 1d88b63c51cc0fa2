import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readlinkSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { IndexReader } from "../../../../src/knowledge/store/index-reader.ts";
import { IndexStore } from "../../../../src/knowledge/store/index-store.ts";
import type { IndexSettings } from "../../../../src/knowledge/store/index-file.ts";
import { wordVector } from "../../../support/knowledge/word-vector.ts";
import { until } from "../../../support/until.ts";

const settings: IndexSettings = {
  model: "ollama m",
  dimensions: 64,
  chunkTokens: 256,
  overlapTokens: 32,
  documentPrefix: "",
};

let folder = "";
const open: IndexStore[] = [];
let reader: IndexReader;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-index-"));
  reader = new IndexReader({ path: path(), stateDirectory: folder });
});
afterEach(() => {
  reader.close();
  for (const store of open.splice(0)) store.close();
  rmSync(folder, { recursive: true, force: true });
});

const path = () => join(folder, "knowledge", "a.db");

async function opened(changes: Partial<IndexSettings> = {}): Promise<IndexStore> {
  const store = await IndexStore.open(path(), folder, { ...settings, ...changes });
  open.push(store);
  return store;
}

function closed(store: IndexStore): void {
  open.splice(open.indexOf(store), 1);
  store.close();
}

const file = (name: string, stamp = "1") => ({ path: `/docs/${name}`, name, stamp, hash: `${name} ${stamp}` });
const passages = (...texts: string[]) =>
  texts.map((text) => ({ headings: ["Guide"], text, hash: text, vector: wordVector(text, 64) }));
const found = async (query: string, count = 3) =>
  (await reader.find(query, wordVector(query, 64), count)).map(({ text }) => text);

describe("an index", () => {
  test("finds by words and by meaning, and tells where it stands", async () => {
    const store = await opened();
    await store.rows.replace(file("press.md"), passages("Oil is changed every month", "The press is green"), 1);
    await store.rows.replace(file("robot.md"), passages("A robot welds the frame"), 1);
    expect(await found("when is the oil changed", 1)).toEqual(["Oil is changed every month"]);
    const [best] = await reader.find("ROBÓT", wordVector("nothing of it", 64), 1);
    expect(best).toMatchObject({ file: "robot.md", headings: ["Guide"], text: "A robot welds the frame" });
    expect(store.rows.counts()).toEqual({ documents: 2, passages: 3, failed: 0 });
  });

  test("finds by words what the model sees no meaning in, before what shares only everyday words", async () => {
    const store = await opened();
    const everyday = Array.from({ length: 20 }, (_, at) => `This is how the shift does number ${at} of the day`);
    await store.rows.replace(file("days.md"), passages(...everyday), 1);
    await store.rows.replace(file("press.md"), passages("The press takes 4 litres of oil"), 1);
    const poor = wordVector("This is how the shift does it", 64);
    const [best] = await reader.find("how much oil does the press take", poor, 1);
    expect(best?.file).toBe("press.md");
  });

  test("says the same passage once, however many documents hold it", async () => {
    const store = await opened();
    await store.rows.replace(file("a.md"), passages("Oil is changed every month"), 1);
    await store.rows.replace(file("b.md"), passages("Oil is changed every month", "Oil is black"), 1);
    expect(await found("oil")).toHaveLength(2);
  });

  test("is searched by a connection that is given back at rest, and made again", async () => {
    const store = await opened();
    await store.rows.replace(file("a.md"), passages("Oil is changed"), 1);
    closed(store);
    const resting = new IndexReader({ path: path(), stateDirectory: folder, restAfterMs: 5 });
    const find = () => resting.find("oil", wordVector("oil", 64), 1);
    const handles = () =>
      readdirSync("/proc/self/fd").filter((name) => linkOf(`/proc/self/fd/${name}`).startsWith(path())).length;
    expect(await find()).toHaveLength(1);
    await until("the connection to be given back", () => handles() === 0);
    expect(await find()).toHaveLength(1);
    expect(handles()).toBeGreaterThan(0);
    resting.close();
    expect(handles()).toBe(0);
  });

  test("takes any query, whatever it would mean to a database", async () => {
    const store = await opened();
    await store.rows.replace(file("a.md"), passages("Oil is changed"), 1);
    for (const query of ['"', "oil OR", "NEAR(", "a*", "text:oil", "'; DROP TABLE chunks; --", "-oil", "\u0000", "🛢️"])
      expect(await found(query)).toEqual(["Oil is changed"]);
  });

  test("has one document's new form in the place of its old one", async () => {
    const store = await opened();
    await store.rows.replace(file("a.md"), passages("Oil is changed monthly"), 1);
    await store.rows.replace(file("a.md", "2"), passages("Oil is changed weekly"), 2);
    expect(await found("oil")).toEqual(["Oil is changed weekly"]);
    await store.rows.remove("/docs/a.md");
    expect(await found("oil")).toEqual([]);
    expect(store.rows.counts()).toEqual({ documents: 0, passages: 0, failed: 0 });
  });

  test("shows those who search nothing of a document that is half written", async () => {
    const store = await opened();
    await store.rows.replace(file("a.md"), passages("Oil old"), 1);
    const many = Array.from({ length: 500 }, (_, index) => `Oil new ${index}`);
    const state = { isOver: false };
    const writing = store.rows.replace(file("a.md", "2"), passages(...many), 2).then(() => (state.isOver = true));
    const seen = new Set<string>();
    let looks = 0;
    while (!state.isOver) {
      const texts = await found("oil", 20);
      seen.add(
        texts.length === 1 ? "old alone" : texts.every((text) => text.startsWith("Oil new")) ? "new alone" : "both",
      );
      looks += 1;
      await Bun.sleep(0);
    }
    await writing;
    expect([...seen].filter((what) => what !== "new alone")).toEqual(["old alone"]);
    expect(looks).toBeGreaterThan(2);
  });

  test("knows the vector of a text again, also of a document that was never finished", async () => {
    const store = await opened();
    await store.rows.replace(file("a.md"), passages("Oil"), 1);
    store.rows.keepVectors(new Map([["half", wordVector("half", 64)]]));
    closed(store);
    const again = await opened();
    expect(again.rows.vectorOf("Oil")).toEqual(wordVector("Oil", 64));
    expect(again.rows.vectorOf("half")).toEqual(wordVector("half", 64));
    expect(again.rows.vectorOf("nothing")).toBeUndefined();
  });

  test("is there again after a close, its file for its user alone", async () => {
    const store = await opened();
    await store.rows.replace(file("a.md"), passages("Oil is changed"), 1);
    store.isWhole = true;
    closed(store);
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, "knowledge")).mode & 0o777).toBe(0o700);
    const again = await opened();
    expect(again.discarded).toBeUndefined();
    expect(again.isWhole).toBe(true);
    expect(await found("oil")).toEqual(["Oil is changed"]);
  });

  test.each([
    [{ model: "ollama other" }, 'it was made with the model "ollama m"'],
    [{ dimensions: 32 }, "the model gives vectors of 32 numbers, and gave 64"],
    [{ chunkTokens: 128 }, "it was made with other passages"],
    [{ documentPrefix: "passage: " }, "it was made with other passages"],
  ])("is made anew for %p, and says why", async (changes, reason) => {
    const store = await opened();
    await store.rows.replace(file("a.md"), passages("Oil is changed"), 1);
    closed(store);
    const again = await opened(changes);
    expect(again.discarded).toBe(reason);
    expect(again.rows.counts().documents).toBe(0);
  });

  test("is made anew where its file is none", async () => {
    closed(await opened());
    writeFileSync(path(), "This is no database, whatever it may be called. ".repeat(100));
    const again = await opened();
    expect(again.discarded).toBe("its file is broken");
    await again.rows.replace(file("a.md"), passages("Oil is changed"), 1);
    expect(await found("oil")).toEqual(["Oil is changed"]);
  });

  test("does not grow with what is written again and again", async () => {
    const store = await opened({ dimensions: 4 });
    const few = (round: number) =>
      Array.from({ length: 600 }, (_, index) => {
        const text = `${round} ${index}`;
        return { headings: [], text, hash: text, vector: new Float32Array([1, round, index, 1]) };
      });
    for (let round = 0; round < 12; round++) {
      await store.rows.replace(file(`${round % 3}.md`, String(round)), few(round), round);
      await store.compact(new AbortController().signal);
    }
    expect(store.rows.counts().passages).toBe(1_800);
    expect(store.blocks()).toBeLessThanOrEqual(4);
    expect(await reader.find("5", new Float32Array([1, 11, 5, 1]), 5)).toHaveLength(5);
  }, 30_000);
});

/** Empty for one that was closed meanwhile. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

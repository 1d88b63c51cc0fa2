import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KnowledgeDesk } from "../../../../src/knowledge/knowledge-desk.ts";
import type { KnowledgeStatus } from "../../../../src/knowledge/contract.ts";
import { KnowledgeError } from "../../../../src/knowledge/contract.ts";
import type { AgentKnowledge } from "../../../../src/knowledge/agent-knowledge.ts";
import type { KnowledgeConfig } from "../../../../src/manifest/knowledge/config.ts";
import { ModelError } from "../../../../src/model/contract.ts";
import { isSameValue } from "../../../../src/runtime/same-value.ts";
import { recordedLog } from "../../../support/recorded-log.ts";
import { scriptedEmbedder } from "../../../support/knowledge/scripted-embedder.ts";
import { rejectionError } from "../../../support/rejection.ts";

let folder = "";
const desks: KnowledgeDesk[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-knowledge-"));
  mkdirSync(join(folder, "docs"));
});
afterEach(async () => {
  for (const desk of desks.splice(0)) await desk.close();
  rmSync(folder, { recursive: true, force: true });
});

const put = (name: string, text: string | Uint8Array) => writeFileSync(join(folder, "docs", name), text);
const now = () => AbortSignal.timeout(20_000);

function config(changes: Partial<KnowledgeConfig> = {}): KnowledgeConfig {
  return {
    paths: [join(folder, "docs")],
    exclude: [],
    model: "embed",
    hasTool: true,
    contextPassages: 4,
    searchPassages: 5,
    chunkTokens: 64,
    overlapTokens: 0,
    maxFileBytes: 100_000,
    maxFiles: 100,
    queryPrefix: "",
    documentPrefix: "",
    rescanMs: 20,
    ...changes,
  };
}

function desk(log = recordedLog(), lacks: { readonly noVectors?: string } = {}) {
  const made = new KnowledgeDesk({
    stateDirectory: join(folder, "state"),
    isSame: isSameValue,
    log,
    firstPauseMs: 10,
    ...lacks,
  });
  desks.push(made);
  return { desk: made, log };
}

const subject = (
  embedder = scriptedEmbedder(),
  changes: Partial<KnowledgeConfig> = {},
  modelIdentity = "ollama m",
) => ({
  config: config(changes),
  folder,
  embedder,
  modelIdentity,
});

/** Resolves with the first status that is as wanted. */
function until(knowledge: AgentKnowledge, isWanted: (status: KnowledgeStatus) => boolean): Promise<KnowledgeStatus> {
  const { promise, resolve } = Promise.withResolvers<KnowledgeStatus>();
  const look = () => {
    const status = knowledge.status();
    if (isWanted(status)) resolve(status);
  };
  const end = knowledge.onChange(look);
  look();
  return promise.finally(end);
}

const isReady = ({ state, documents }: KnowledgeStatus) => state === "ready" && documents > 0;
const recall = async (knowledge: AgentKnowledge, query: string) =>
  (await knowledge.recall?.find(query, now()))?.passages ?? [];

describe("the knowledge of an agent", () => {
  test("is found with file and heading, and what cannot be read is told to the operator alone", async () => {
    put("press.md", "# Press\n\n## Oil\n\nThe oil is changed every month.\n");
    put("broken.pdf", "%PDF-1.7 no pages");
    const knowledge = desk().desk.attach("a", subject());
    await until(knowledge, ({ state, failed }) => state === "ready" && failed === 1);
    const recalled = await knowledge.recall?.find("When is the oil changed?", now());
    expect(recalled?.passages[0]).toMatchObject({ source: "docs/press.md › Press › Oil" });
    expect(recalled?.passages[0]?.text).toContain("every month");
    expect(recalled?.note).toBeUndefined();
    expect(knowledge.note()).toBe("knowledge: 1 document cannot be read");
  }, 30_000);

  test("is embedded once: neither a restart, nor a touch, nor a rename of what is known asks for it again", async () => {
    put("a.md", "The press is green.");
    const embedder = scriptedEmbedder();
    const first = desk();
    const knowledge = first.desk.attach("a", subject(embedder));
    await until(knowledge, isReady);
    await first.desk.close();
    utimesSync(join(folder, "docs/a.md"), 1, 1);
    const again = desk().desk.attach("a", subject(embedder));
    await until(again, isReady);
    rmSync(join(folder, "docs/a.md"));
    put("b.md", "The press is green.");
    await until(again, ({ documents, waiting, state }) => state === "ready" && documents === 1 && waiting === 0);
    while ((await recall(again, "press"))[0]?.source !== "docs/b.md") await Bun.sleep(10);
    expect(embedder.asked.filter((text) => text.includes("green"))).toHaveLength(1);
  }, 30_000);

  test("follows its documents: what is new, changed and gone", async () => {
    put("a.md", "Alpha is one.");
    const knowledge = desk().desk.attach("a", subject());
    await until(knowledge, isReady);
    put("b.md", "Beta is two.");
    await until(knowledge, ({ documents, state }) => documents === 2 && state === "ready");
    put("a.md", "Gamma is three.");
    while (!(await recall(knowledge, "gamma")).some(({ text }) => text.includes("Gamma"))) await Bun.sleep(10);
    rmSync(join(folder, "docs/b.md"));
    await until(knowledge, ({ documents }) => documents === 1);
    expect((await recall(knowledge, "alpha beta")).map(({ text }) => text)).toEqual(["Gamma is three."]);
  }, 30_000);

  test("is found by words alone where no vectors can be searched, without the model, and that is told", async () => {
    put("press.md", "# Press\n\n## Oil\n\nThe oil is changed every month.\n");
    put("robot.md", "The robot welds.");
    const embedder = scriptedEmbedder();
    const lacking = desk(recordedLog(), { noVectors: "this executable carries no vector search for plan9" });
    const knowledge = lacking.desk.attach("a", subject(embedder));
    await until(knowledge, isReady);
    expect((await recall(knowledge, "When is the oil changed?"))[0]?.source).toBe("docs/press.md › Press › Oil");
    put("press.md", "# Press\n\n## Oil\n\nThe oil is changed every week.\n");
    while (!(await recall(knowledge, "oil"))[0]?.text.includes("week")) await Bun.sleep(10);
    rmSync(join(folder, "docs/robot.md"));
    await until(knowledge, ({ documents }) => documents === 1);
    expect(await recall(knowledge, "robot")).toEqual([]);
    expect(embedder.asked).toEqual([]);
    expect(knowledge.note()).toBe(
      "knowledge: documents are found by words alone: this executable carries no vector search for plan9",
    );
    expect(lacking.log.messages()).toContain("Documents are found by words alone");
    await lacking.desk.close();
    const whole = desk();
    const again = whole.desk.attach("a", subject(embedder));
    await until(again, isReady);
    expect(embedder.asked).not.toBeEmpty();
    expect(again.note()).toBeUndefined();
    expect(whole.log.lines.find(({ message }) => message === "The index of documents is made anew")).toMatchObject({
      reason: "it held words alone",
    });
  }, 30_000);

  test("is left over when its agent knows it no more, and is removed then, or made anew while it does", async () => {
    put("a.md", "The press is green.");
    const embedder = scriptedEmbedder();
    const made = desk().desk;
    const knowledge = made.attach("a", subject(embedder));
    await until(knowledge, isReady);
    expect(made.leftOver([])).toEqual([]);
    const before = embedder.asked.length;
    await made.of("a")?.makeAnew();
    while (embedder.asked.filter((text) => text.includes("green")).length < 2) await Bun.sleep(10);
    await until(knowledge, isReady);
    expect(embedder.asked.length).toBeGreaterThan(before);
    await knowledge.source.close();
    expect(made.leftOver(["a"])).toEqual([]);
    const [left] = made.leftOver([]);
    if (left === undefined) throw new Error("Nothing is left over");
    expect(left.agent).toBe("a");
    expect(left.bytes).toBeGreaterThan(4096);
    made.removeLeftOver(left);
    expect(made.leftOver([])).toEqual([]);
    expect(readdirSync(join(folder, "state", "knowledge"))).toEqual([]);
  }, 30_000);

  test("names what cannot be read, and indexes the rest", async () => {
    put("good.md", "Good.");
    put("large.md", "x".repeat(200_000));
    put("binary.bin", new Uint8Array([0, 1, 2, 3, 0, 255]));
    const { desk: own, log } = desk();
    const knowledge = own.attach("a", subject());
    await until(knowledge, ({ state, failed }) => state === "ready" && failed === 2);
    const documents = (await own.of("a")?.documents(10)) ?? [];
    expect(documents.map(({ file, error }) => [file, error === undefined])).toEqual([
      ["docs/binary.bin", false],
      ["docs/good.md", true],
      ["docs/large.md", false],
    ]);
    const warned = log.messages().filter((message) => message === "A document is left out");
    expect(warned).toHaveLength(2);
    put("large.md", "Small now.");
    await until(knowledge, ({ failed, documents: count }) => failed === 1 && count === 2);
  }, 30_000);

  test("degrades while the model is away, and goes on by itself when it is back", async () => {
    for (let index = 0; index < 20; index++) put(`${index}.md`, `Document ${index} says word${index}.`);
    const embedder = scriptedEmbedder();
    embedder.before = () => {
      throw new ModelError("unreachable", "Cannot reach Ollama: connection refused");
    };
    const knowledge = desk().desk.attach("a", subject(embedder));
    const down = await until(knowledge, ({ state }) => state === "degraded");
    expect(down.reason).toBe("Cannot reach Ollama: connection refused");
    expect(knowledge.source.health()).toEqual({ state: "degraded", reason: "Cannot reach Ollama: connection refused" });
    expect(await rejectionError(recall(knowledge, "word3"))).toMatchObject({ kind: "unavailable" });
    let left = 5;
    embedder.before = () => {
      if (left-- <= 0) throw new ModelError("timeout", "No answer");
    };
    await until(knowledge, ({ reason }) => reason === "No answer");
    embedder.before = () => undefined;
    await until(knowledge, ({ state, documents }) => state === "ready" && documents === 20);
    expect(knowledge.source.health()).toEqual({ state: "ready" });
    expect(embedder.asked.filter((text) => text.includes("word0."))).toHaveLength(1);
  }, 30_000);

  test("is degraded by a search that fails, until the model answers again", async () => {
    put("a.md", "Alpha.");
    const embedder = scriptedEmbedder();
    const knowledge = desk().desk.attach("a", subject(embedder, { rescanMs: 60_000 }));
    await until(knowledge, isReady);
    embedder.before = () => Promise.reject(new ModelError("unreachable", "Gone"));
    const told: string[] = [];
    const end = knowledge.source.onHealthChange(() => told.push(knowledge.source.health().state));
    expect(await rejectionError(recall(knowledge, "alpha"))).toMatchObject({ kind: "unavailable" });
    embedder.before = () => undefined;
    await until(knowledge, isReady);
    end();
    expect(told).toEqual(["degraded", "ready"]);
    expect(await recall(knowledge, "alpha")).toHaveLength(1);
  }, 30_000);

  test("is asked by the beginning of a query that is too long, and stays well whatever is asked", async () => {
    put("a.md", "Alpha.");
    const embedder = scriptedEmbedder();
    const knowledge = desk().desk.attach("a", subject(embedder, { rescanMs: 60_000 }));
    await until(knowledge, isReady);
    const tooLong = (longest: number) => {
      embedder.before = ([text = ""]) => {
        if (text.length > longest) throw new ModelError("overflow", "It is too long");
      };
    };
    tooLong(300);
    expect(await recall(knowledge, `alpha ${"filler ".repeat(200)}`)).toHaveLength(1);
    expect(embedder.asked.at(-1)).toStartWith("alpha filler");
    tooLong(0);
    expect(await rejectionError(recall(knowledge, "alpha"))).toMatchObject({
      message: "The documents cannot be searched now: It is too long",
    });
    expect(await recall(knowledge, " \n")).toEqual([]);
    expect(knowledge.source.health()).toEqual({ state: "ready" });
  }, 30_000);

  test("leaves out a document that the model refuses, and no other", async () => {
    put("a.md", "Poison.");
    put("b.md", "Bread.");
    const embedder = scriptedEmbedder();
    embedder.before = (texts) => {
      if (texts.some((text) => text.includes("Poison"))) throw new ModelError("overflow", "It is too long");
    };
    const { desk: own } = desk();
    const knowledge = own.attach("a", subject(embedder));
    await until(knowledge, ({ state, documents, failed }) => state === "ready" && documents === 1 && failed === 1);
    expect((await own.of("a")?.documents(2))?.[0]).toMatchObject({ file: "docs/a.md", error: "It is too long" });
  }, 30_000);

  test("blames no document for a model that makes nothing of any text, and indexes it when the model is well again", async () => {
    put("a.md", "Bread.");
    const embedder = scriptedEmbedder();
    const { desk: own } = desk();
    const knowledge = own.attach("a", subject(embedder));
    await until(knowledge, isReady);
    embedder.before = () => {
      throw new ModelError("invalid", "The embeddings route answered with something that is no JSON object");
    };
    put("b.md", "Butter.");
    const down = await until(knowledge, ({ state }) => state === "degraded");
    expect(down.failed).toBe(0);
    expect(down.reason).toContain("no JSON object");
    embedder.before = () => undefined;
    await until(knowledge, ({ state, documents }) => state === "ready" && documents === 2);
  }, 30_000);

  test("is made anew for another model, and kept for other files", async () => {
    put("a.md", "Alpha.");
    put("b.txt", "Beta.");
    const embedder = scriptedEmbedder();
    const { desk: own, log } = desk();
    const before = own.attach("a", subject(embedder, { paths: [join(folder, "docs/*.md")] }));
    await until(before, isReady);
    const wider = own.attach("a", subject(embedder));
    await until(wider, ({ documents, state }) => documents === 2 && state === "ready");
    expect(embedder.asked.filter((text) => text.includes("Alpha"))).toHaveLength(1);
    await before.source.close();
    const other = own.attach("a", subject(scriptedEmbedder(32), {}, "ollama other"));
    await until(other, () => log.messages().includes("The index of documents is made anew"));
    await until(other, ({ documents, state }) => documents === 2 && state === "ready");
    await wider.source.close();
    expect(await recall(other, "beta")).toHaveLength(2);
    await other.source.close();
    expect(own.agents()).toEqual([]);
  }, 30_000);

  test("of two agents is indexed one document at a time", async () => {
    for (let index = 0; index < 6; index++) put(`${index}.md`, `Document ${index}.`);
    const embedder = scriptedEmbedder();
    let busy = 0;
    let most = 0;
    embedder.before = async (texts) => {
      if (!texts.some((text) => text.includes("Document"))) return;
      most = Math.max(most, ++busy);
      await Bun.sleep(1);
      busy -= 1;
    };
    const { desk: own } = desk();
    const all = ["a", "b"].map((name) => own.attach(name, subject(embedder)));
    await Promise.all(all.map((one) => until(one, ({ documents, state }) => documents === 6 && state === "ready")));
    expect(most).toBe(1);
  }, 30_000);

  test("asks for few passages at once, so that chats wait for no more", async () => {
    put(
      "long.md",
      Array.from({ length: 60 }, (_, index) => `# Part ${index}\n\n${`word${index} `.repeat(30)}`).join("\n\n"),
    );
    const embedder = scriptedEmbedder();
    const sizes: number[] = [];
    embedder.before = (texts) => void sizes.push(texts.length);
    const knowledge = desk().desk.attach("a", subject(embedder));
    await until(knowledge, isReady);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(8);
    expect(sizes.reduce((sum, size) => sum + size)).toBeGreaterThan(60);
  }, 30_000);

  test("says why it cannot be had where vectors cannot be searched", async () => {
    put("a.md", "Alpha.");
    const embedder = scriptedEmbedder(0);
    const knowledge = desk().desk.attach("a", subject(embedder));
    const { reason } = await until(knowledge, ({ state }) => state === "degraded");
    expect(reason).toBe('Model "embed" gives no embeddings');
    expect(await rejectionError(recall(knowledge, "x"))).not.toBeInstanceOf(KnowledgeError);
  }, 30_000);

  test("keeps the desk busy until it is indexed, and only what was indexed is told of", async () => {
    put("a.md", "Alpha.");
    let indexed = 0;
    const made = new KnowledgeDesk({
      stateDirectory: join(folder, "state"),
      isSame: isSameValue,
      onIndexed: () => (indexed += 1),
      log: recordedLog(),
    });
    desks.push(made);
    expect(made.isIndexing).toBe(false);
    const knowledge = made.attach("a", subject());
    expect(made.isIndexing).toBe(true);
    await until(knowledge, ({ state, documents, waiting }) => state === "ready" && documents === 1 && waiting === 0);
    expect(made.isIndexing).toBe(false);
    expect(indexed).toBe(1);
    put("b.md", "Beta.");
    await until(knowledge, ({ state, documents }) => state === "ready" && documents === 2);
    expect(indexed).toBe(2);
  }, 30_000);

  test("takes up a document that changes while it is read", async () => {
    put("a.md", "First.");
    let isChanged = false;
    const made = new KnowledgeDesk({
      stateDirectory: join(folder, "state"),
      isSame: isSameValue,
      log: recordedLog(),
      read: async (path) => {
        const text = await Bun.file(path).text();
        // Somebody writes it after it was read, and before it is indexed.
        if (!isChanged) put("a.md", "Second form.");
        isChanged = true;
        return [{ headings: [], text }];
      },
    });
    desks.push(made);
    const knowledge = made.attach("a", subject());
    await until(knowledge, isReady);
    while ((await recall(knowledge, "form"))[0]?.text !== "Second form.") await Bun.sleep(10);
    expect(knowledge.status()).toMatchObject({ documents: 1, passages: 1 });
  }, 30_000);

  test("of a hundred thousand small files takes no more than it may, and answers meanwhile", async () => {
    const many = join(folder, "docs", "many");
    mkdirSync(many);
    for (let at = 0; at < 100_000; at++) closeSync(openSync(join(many, `${at}.txt`), "w"));
    put("a.md", "Alpha.");
    const { desk: own } = desk();
    const read = own.attach("a", subject(scriptedEmbedder(), { maxFiles: 50, rescanMs: 60_000 }));
    let longestMs = 0;
    let last = performance.now();
    const beat = setInterval(() => {
      longestMs = Math.max(longestMs, performance.now() - last);
      last = performance.now();
    }, 5);
    const status = await until(read, ({ state, documents }) => state === "ready" && documents === 50);
    clearInterval(beat);
    expect(status.notes).toEqual(["99951 documents over max_files (50) are left out"]);
    expect(await own.of("a")?.documents(100)).toHaveLength(50);
    expect(longestMs).toBeLessThan(3_000);
  }, 120_000);
});

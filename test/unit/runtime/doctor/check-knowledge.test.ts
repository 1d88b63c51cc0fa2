import { describe, expect, test } from "bun:test";
import type { KnowledgeStatus } from "../../../../src/knowledge/contract.ts";
import { checkKnowledge, type KnowledgeFacts } from "../../../../src/runtime/doctor/check-knowledge.ts";

const status: KnowledgeStatus = {
  model: "embed",
  state: "ready",
  documents: 3,
  passages: 40,
  waiting: 0,
  failed: 0,
  notes: [],
};

async function findings(changes: Partial<KnowledgeFacts> = {}) {
  const facts: KnowledgeFacts = {
    agent: "helper",
    model: "embed",
    status: undefined,
    limitMs: 1_000,
    skip: undefined,
    documents: () => Promise.resolve({ count: 3, notes: [] }),
    noVectors: undefined,
    extensionProblem: () => Promise.resolve(undefined),
    dimensions: () => Promise.resolve(384),
    ...changes,
  };
  const found = await checkKnowledge(facts).examine(new AbortController().signal);
  return found.map(({ result, text }) => `${result}: ${text}`);
}

describe("knowledge of an agent", () => {
  test("is well where documents, model and search are there", async () => {
    expect(await findings()).toEqual(["ok: 3 documents", 'ok: Model "embed" makes vectors of 384 numbers']);
  });

  test("tells how far a runtime is with it", async () => {
    expect(await findings({ status: { ...status, waiting: 2 } })).toContain(
      "ok: The runtime has 3 indexed, with 40 passages, 2 wait to be indexed",
    );
    expect(await findings({ status: { ...status, state: "degraded", reason: "The model is away" } })).toContain(
      "problem: The runtime says: The model is away",
    );
    expect(await findings({ status: { ...status, failed: 1 } })).toContain(
      "warning: 3 documents, 1 of them cannot be read",
    );
  });

  test("warns of documents that are not there, and of those that are left out", async () => {
    expect(await findings({ documents: () => Promise.resolve({ count: 0, notes: [] }) })).toContain(
      "warning: No documents are there",
    );
    const notes = ["20 documents over max_files (10) are left out"];
    expect(await findings({ documents: () => Promise.resolve({ count: 10, notes }) })).toContain(
      "warning: 10 documents, and 20 documents over max_files (10) are left out",
    );
  });

  test("warns where this executable finds by words alone, and asks the model for nothing then", async () => {
    const noVectors = "this executable carries no vector search for linux-x64-musl";
    expect(await findings({ noVectors, dimensions: () => Promise.reject(new Error("Asked")) })).toEqual([
      "ok: 3 documents",
      `warning: They are found by words alone: ${noVectors}`,
      'skipped: Model "embed" is not asked: no vectors are wanted of it here',
    ]);
  });

  test("is a problem where the vector search cannot be loaded, and with a model that makes no vectors", async () => {
    expect(await findings({ extensionProblem: () => Promise.resolve("It carries none") })).toContain(
      "problem: It carries none",
    );
    expect(await findings({ dimensions: () => Promise.reject(new Error("It does not embed")) })).toContain(
      "problem: It does not embed",
    );
    expect(await findings({ skip: "It is elsewhere" })).toContain("skipped: It is elsewhere");
  });
});

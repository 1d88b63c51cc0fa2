import { describe, expect, test } from "bun:test";
import { foundText, knowledgeText, knowledgeToJson } from "../../../src/cli/knowledge-text.ts";
import { decodeRequest, encodeControl } from "../../../src/runtime/control-wire.ts";
import { isKnowledgeReport, isSearchReport, type KnowledgeReport } from "../../../src/runtime/knowledge-wire.ts";

const report: KnowledgeReport = {
  agents: [
    {
      agent: "helper",
      status: { model: "embed", state: "ready", documents: 1, passages: 4, waiting: 0, failed: 1, notes: ["A note"] },
      documents: [
        { file: "docs/a.md", path: "/m/docs/a.md", passages: 4, atMs: 0 },
        { file: "docs/\u001b[31mb.pdf", path: "/m/docs/b.pdf", passages: 0, error: "It is broken", atMs: 0 },
      ],
      isCut: false,
    },
  ],
  served: ["helper"],
  leftOver: [{ agent: "old", bytes: 5 * 1024 ** 2 }],
};

describe("a question about knowledge", () => {
  test("survives the way", () => {
    const all = { op: "knowledge" } as const;
    const search = { op: "search-knowledge", agent: "a", query: "oil", top: 5 } as const;
    const remove = { op: "remove-knowledge", agent: "a", rebuild: true } as const;
    for (const request of [all, { ...all, agent: "a" }, search, remove, { ...remove, rebuild: false }])
      expect(decodeRequest(encodeControl(request).trimEnd())).toEqual(request);
  });

  test.each([
    ['{"op":"search-knowledge","agent":"a"}', "not both texts"],
    ['{"op":"search-knowledge","agent":"a","query":"x","top":0}', '"top" is no whole number'],
    ['{"op":"search-knowledge","agent":"a","query":"x","top":99}', '"top" is no whole number'],
    ['{"op":"knowledge","agent":3}', '"agent" is not a text'],
    ['{"op":"remove-knowledge"}', '"agent" is missing'],
  ])("that is none is refused: %s", (line, message) => {
    expect(decodeRequest(line)).toContain(message);
  });
});

describe("what is told of knowledge", () => {
  test("is checked before it is printed", () => {
    expect(isKnowledgeReport(report)).toBe(true);
    expect(isKnowledgeReport({ ...report, agents: [{ agent: "x" }] })).toBe(false);
    expect(isKnowledgeReport({ ...report, leftOver: ["old"] })).toBe(false);
    expect(isSearchReport({ type: "unknown", served: [], knowing: [] })).toBe(true);
    expect(isSearchReport({ type: "found", passages: [{ source: "a" }], ms: 1 })).toBe(false);
  });

  test("shows each document, those that cannot be read with why, and no control characters", () => {
    const text = knowledgeText(report);
    expect(text).toContain("Agent helper: ready, 1 documents with 4 passages, 1 cannot be read");
    expect(text).toContain("Note: A note");
    expect(text).toMatch(/Left over, of agents that know no documents now.*\n.*INDEX +SIZE\n *old +5\.0 MB/);
    expect(text).toMatch(/b\.pdf +1970-01-01T00:00:00Z +It is broken/);
    expect(text).not.toContain("\u001b");
    expect(knowledgeToJson(report)).toMatchObject({
      agents: [
        { agent: "helper", documents: [{ passages: 4, error: null }, { error: "It is broken" }], is_cut: false },
      ],
    });
  });

  test("shows found passages under their sources, harmless for a terminal", () => {
    const passage = { source: "a.md › Oil", file: "a.md", headings: ["Oil"], text: "One\u001b[2J\ntwo", score: 0.03 };
    const text = foundText([passage]);
    expect(text).toContain("[a.md › Oil]  0.0300\n  One");
    expect(text).toContain("\n  two");
    expect(text).not.toContain("\u001b");
  });
});

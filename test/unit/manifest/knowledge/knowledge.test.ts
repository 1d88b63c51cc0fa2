import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { filePattern, matcherOf } from "../../../../src/manifest/knowledge/file-pattern.ts";
import { loadManifest } from "../../../../src/manifest/load.ts";
import { formatProblem } from "../../../../src/manifest/problem.ts";
import { resolvedPlain } from "../../../../src/manifest/resolved.ts";

let root = "";
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "muster-knowledge-"));
  mkdirSync(join(root, "docs/deep"), { recursive: true });
  writeFileSync(join(root, "docs/deep/a.md"), "A");
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function load(knowledge: string, more = "", lacks: { readonly vectorsMissing?: string } = {}) {
  const models =
    "models:\n  embed: { endpoint: ollama, model: nomic-embed-text }\n  claude: { endpoint: ant, model: c }\n";
  const endpoints = "endpoints:\n  ant: { provider: anthropic, api_key: x }\n";
  const text = `${endpoints}${models}agents:\n  a:\n    model: ollama/m\n    knowledge: ${knowledge}\n${more}`;
  writeFileSync(join(root, "agents.yaml"), text);
  const result = await loadManifest({ file: join(root, "agents.yaml"), variables: {}, hostName: "h", ...lacks });
  const lines = [...result.problems, ...result.warnings]
    .map((found) => formatProblem(found).replaceAll(`${root}/`, ""))
    .filter((line) => !line.includes("plain text"));
  return { ...result, lines };
}

describe("knowledge of an agent", () => {
  test("is a warning where the executable finds by words alone", async () => {
    const { manifest, lines } = await load("{ paths: [docs/**/*.md], model: embed }", "", {
      vectorsMissing: "this executable carries no vector search for darwin-arm64",
    });
    expect(lines).toEqual([
      "agents.yaml:9:16: warning: agents.a.knowledge: Found documents to be known by meaning: this executable carries no vector search for darwin-arm64, so that they are found by their words alone, without the model",
    ]);
    expect(manifest?.agents.size).toBe(1);
  });

  test("takes patterns from the manifest's folder, and a model that is declared or inline", async () => {
    const { manifest, lines } = await load("{ paths: [docs/**/*.md], model: embed }");
    expect(lines).toEqual([]);
    expect(manifest?.agents.get("a")?.knowledge).toMatchObject({
      paths: [join(root, "docs/**/*.md")],
      model: "embed",
      hasTool: true,
      contextPassages: 4,
      rescanMs: 60_000,
    });
    const inline = await load("{ paths: docs, model: ollama/all-minilm, context: 0, exclude: docs/old }");
    expect(inline.manifest?.models.has("ollama/all-minilm")).toBe(true);
    expect(inline.manifest && resolvedPlain(inline.manifest)).toMatchObject({
      agents: { a: { knowledge: { paths: [join(root, "docs")], exclude: [join(root, "docs/old")], context: 0 } } },
    });
  });

  test.each([
    ["{ paths: docs, model: nothing }", 'Found "nothing", which is no declared model'],
    ["{ paths: docs, model: claude }", 'Found "claude" of the provider anthropic, which has no embeddings'],
    ["{ paths: docs, model: builtin/x.gguf }", "of the provider builtin, which has no embeddings"],
    ["{ model: embed }", "The key is missing, accepted a file, a folder or a pattern"],
    ["{ paths: docs }", "accepted the embedding model"],
    ["{ paths: /**/*.md, model: embed }", "looks through the whole disk"],
    [
      "{ paths: docs, model: embed, chunk_tokens: 64, overlap_tokens: 32 }",
      "accepted less than half of chunk_tokens, 64",
    ],
    ["{ paths: [], model: embed }", "accepted a file, a folder or a pattern"],
    ["{ paths: docs, model: embed, contxt: 3 }", 'did you mean "context"'],
  ])("is a problem: %s", async (knowledge, message) => {
    expect((await load(knowledge)).lines.join("\n")).toContain(message);
  });

  test("warns of what means no file now, at its place", async () => {
    const { lines, manifest } = await load("{ paths: [docs/**/*.md, manuals/*.pdf], model: embed }");
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(
      'agents.yaml:9:40: warning: agents.a.knowledge.paths[1]: Found no file for "manuals/*.pdf"',
    );
    expect(manifest).toBeDefined();
  });

  test("takes no tool by the name of its own", async () => {
    const tools = "    tools: { search_knowledge: { type: time } }\n";
    expect((await load("{ paths: docs, model: embed }", tools)).lines.join()).toContain("accepted another name");
    expect((await load("{ paths: docs, model: embed, tool: false }", tools)).lines).toEqual([]);
  });
});

describe("a pattern of files", () => {
  test("is parted at its first special character", () => {
    expect(filePattern("/a/docs/**/*.md")).toEqual({ base: "/a/docs", rest: "**/*.md" });
    expect(filePattern("/a/docs")).toEqual({ base: "/a/docs", rest: "" });
    expect(filePattern("/*.md")).toEqual({ base: "/", rest: "*.md" });
  });

  test("means what starts with a dot only where it says so", () => {
    const all = matcherOf(filePattern("/a/**/*.md"));
    expect([all("x.md"), all("y/x.md"), all(".y/x.md"), all("y/.x.md")]).toEqual([true, true, false, false]);
    expect(matcherOf(filePattern("/a/**/.notes/*.md"))("y/.notes/x.md")).toBe(true);
  });
});

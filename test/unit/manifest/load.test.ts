import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadManifest, type LoadOptions } from "../../../src/manifest/load.ts";
import { formatProblem } from "../../../src/manifest/problem.ts";

let folder = "";
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "muster-load-"))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const agent = (name: string) => `agents:\n  ${name}: { model: ollama/m, instructions: Be brief. }\n`;

/** Writes files, loads the first, and returns the result with its lines relative to the folder. */
async function load(files: Record<string, string | Uint8Array>, options: Partial<LoadOptions> = {}) {
  const root = mkdtempSync(join(folder, "case-"));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(root, name, ".."), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  const result = await loadManifest({
    file: join(root, "agents.yaml"),
    variables: {},
    hostName: "press-07",
    ...options,
  });
  const lines = [...result.problems, ...result.warnings].map((problem) =>
    formatProblem(problem).replaceAll(`${root}/`, ""),
  );
  return { ...result, root, lines };
}

/** Stands in for no file, and takes each drop-in away just before it is read. */
class Remover extends Map<string, string> {
  override get(path: string): undefined {
    if (path.includes("agents.d")) rmSync(path);
  }
}

describe("loading", () => {
  test("a drop-in that is taken away between its listing and its reading was taken away: no problem", async () => {
    const files = { "agents.yaml": agent("one"), "agents.d/two.yaml": agent("two") };
    const { lines, manifest } = await load(files, { texts: new Remover() });
    expect(lines).toEqual([]);
    expect([...(manifest?.agents.keys() ?? [])]).toEqual(["one"]);
  });

  test("a drop-in that is a link to nowhere is there, and a problem", async () => {
    const { root } = await load({ "agents.yaml": agent("one"), "agents.d/two.yaml": agent("two") });
    symlinkSync(join(root, "nowhere.yaml"), join(root, "agents.d", "three.yaml"));
    const { problems } = await loadManifest({ file: join(root, "agents.yaml"), variables: {}, hostName: "press-07" });
    expect(problems.map(formatProblem)).toEqual([
      `${join(root, "agents.d", "three.yaml")}:1:1: Cannot read the file: no such file`,
    ]);
  });

  test("a missing file is a problem that says what to do", async () => {
    const { lines, manifest } = await load({});
    expect(lines).toEqual([
      'agents.yaml:1:1: Cannot read the file: no such file; "muster init" writes one to start from',
    ]);
    expect(manifest).toBeUndefined();
  });

  test("a file of 10 MB is refused before it is read", async () => {
    const { lines } = await load({ "agents.yaml": "# x\n".repeat(2_621_440) });
    expect(lines).toEqual(["agents.yaml:1:1: Cannot read the file: it has 10485760 bytes, accepted are up to 2097152"]);
  });

  test("a file that is no UTF-8 is told where", async () => {
    const { lines } = await load({ "agents.yaml": new Uint8Array([...Buffer.from("agents:\n  "), 0xff]) });
    expect(lines).toEqual(["agents.yaml:2:3: Found bytes that are no UTF-8, accepted UTF-8 text"]);
  });

  test("a folder in place of the file is a problem", async () => {
    const { root } = await load({ "agents.yaml": agent("a") });
    const { problems } = await loadManifest({ file: root, variables: {}, hostName: "h" });
    expect(problems[0]?.message).toBe("Cannot read the file: it is a folder");
  });

  test("drop-ins are read after the main file in byte order of their names", async () => {
    const { manifest, files } = await load({
      "agents.yaml": agent("main"),
      "agents.d/b.yaml": agent("b"),
      "agents.d/B.yaml": agent("upper"),
      "agents.d/10.yaml": agent("ten"),
      "agents.d/9.yaml": agent("nine"),
      "agents.d/.hidden.yaml": "nonsense",
    });
    expect([...(manifest?.agents.keys() ?? [])]).toEqual(["main", "ten", "nine", "upper", "b"]);
    expect(files).toHaveLength(5);
  });

  test("a drop-in with another ending is a warning", async () => {
    const { lines } = await load({ "agents.yaml": agent("main"), "agents.d/a.yml": agent("a") });
    expect(lines).toEqual([
      'agents.d/a.yml:1:1: warning: Found "a.yml", which is not read; a drop-in\'s name ends in .yaml',
    ]);
  });

  test("a folder of drop-ins that was asked for must be there", async () => {
    const { problems } = await load({ "agents.yaml": agent("main") }, { dropIn: "/nonexistent/agents.d" });
    expect(problems[0]?.message).toBe("Cannot read the folder of drop-ins: no such file");
  });

  test("instructions and paths are relative to the file that names them", async () => {
    const { manifest, root, lines } = await load({
      "agents.yaml": "agents:\n  a: { model: builtin/m.gguf, instructions_file: p/a.md }\n",
      "agents.d/x.yaml": "agents:\n  x: { model: builtin/m.gguf, instructions_file: x.md }\n",
      "p/a.md": "Main.",
      "agents.d/x.md": "Dropped in.",
      "m.gguf": "",
      "agents.d/m.gguf": "",
    });
    expect(lines).toEqual([]);
    expect(manifest?.agents.get("a")?.instructions).toBe("Main.");
    expect(manifest?.agents.get("x")?.instructions).toBe("Dropped in.");
    expect(manifest?.agents.get("x")?.source).toBe(join(root, "agents.d/x.yaml"));
    expect([...(manifest?.models.values() ?? [])].map(({ builtin }) => builtin?.file)).toEqual([
      join(root, "m.gguf"),
      join(root, "agents.d/m.gguf"),
    ]);
  });

  test("a secret comes from a file without its last line break", async () => {
    const { manifest } = await load({
      "agents.yaml": `endpoints:\n  e: { provider: openai, url: "http://127.0.0.1:1", api_key: "\${file:key}" }\n${agent("a")}`,
      key: "s3cret\n",
    });
    expect(manifest?.endpoints.get("e")?.apiKey?.reveal()).toBe("s3cret");
  });

  test("a bad drop-in serves with its last good text", async () => {
    const { root } = await load({ "agents.yaml": agent("main"), "agents.d/a.yaml": "agents: [\n" });
    const path = join(root, "agents.d/a.yaml");
    const result = await loadManifest({
      file: join(root, "agents.yaml"),
      variables: {},
      hostName: "h",
      lastGood: new Map([[path, agent("kept")]]),
    });
    expect([...(result.manifest?.agents.keys() ?? [])]).toEqual(["main", "kept"]);
    expect(result.files.map(({ state }) => state)).toEqual(["good", "last-good"]);
    expect(result.problems).toHaveLength(1);
  });
});

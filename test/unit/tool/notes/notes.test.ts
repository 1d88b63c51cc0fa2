import { beforeEach, expect, test } from "bun:test";
import { readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { resolvedPlain } from "../../../../src/manifest/resolved.ts";
import { notesSource } from "../../../../src/tool/notes/notes-source.ts";
import { calledTools } from "../../../support/called-tool.ts";
import { agentWithTools, checkedManifest } from "../../../support/checked-manifest.ts";
import { scratchFolder } from "../../../support/scratch-folder.ts";

const state = scratchFolder();
const config = { type: "notes", name: "n", maxNotes: 3, maxSizeBytes: 100 } as const;
const notes = (agent = "a", name = "n") => calledTools(notesSource({ ...config, name }, agent, state));
const folder = join(state, "notes/a/n");

beforeEach(() => rmSync(join(state, "notes"), { recursive: true, force: true }));

test("has its defaults in the manifest, and names that are nobody else's", () => {
  const { manifest, problems } = checkedManifest(agentWithTools("n: { type: notes }"));
  expect(problems).toEqual([]);
  const tool = { type: "notes", max_notes: 200, max_size: "4KB" };
  expect(manifest && resolvedPlain(manifest)).toMatchObject({ agents: { a: { tools: { n: tool } } } });
  expect(checkedManifest(agentWithTools("n: { type: notes }, n_get: { type: time }")).problems).toHaveLength(1);
});

test("reading is read-only, writing is not", () => {
  const tools = notesSource(config, "a", state).tools();
  expect(tools.map(({ name, isReadOnly }) => [name, isReadOnly])).toEqual([
    ["n_get", true],
    ["n_list", true],
    ["n_set", false],
    ["n_delete", false],
  ]);
});

test("a note that was kept is there for who comes after a crash", async () => {
  expect(await notes().text("n_list")).toBe("[There are no notes]");
  await notes().text("n_set", { key: "b", text: "second\nline" });
  await notes().text("n_set", { key: "a", text: "first" });
  await notes().text("n_set", { key: "a", text: "replaced" });
  // What a writer that was killed leaves beside, and what is none of ours.
  writeFileSync(join(folder, `.${"0".repeat(64)}.json.new`), "{");
  writeFileSync(join(folder, `${"1".repeat(64)}.json`), '{"key":');
  expect(await notes().text("n_get", { key: "a" })).toBe("replaced");
  expect(await notes().text("n_get", { key: "b" })).toBe("second\nline");
  expect(await notes().text("n_list")).toBe("a: replaced\nb: second line");
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  for (const name of readdirSync(folder).filter((one) => !/^\.?[01]{64}/.test(one)))
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
});

test("belongs to its agent and its entry", async () => {
  await notes().text("n_set", { key: "k", text: "mine" });
  expect(await notes("b").failure("n_get", { key: "k" })).toMatchObject({ kind: "failed" });
  expect(await notes("a", "m").failure("m_get", { key: "k" })).toMatchObject({ kind: "failed" });
});

test("is deleted once", async () => {
  await notes().text("n_set", { key: "k", text: "" });
  expect(await notes().text("n_get", { key: "k" })).toBe("[The note is empty]");
  expect(await notes().text("n_delete", { key: "k" })).toBe('Deleted "k"');
  expect(await notes().failure("n_delete", { key: "k" })).toMatchObject({ kind: "failed" });
  expect(readdirSync(folder)).toEqual([]);
});

test("is bounded in size, number and name", async () => {
  const failure = (key: string, text: string) => notes().failure("n_set", { key, text });
  expect(await failure("k", "ü".repeat(51))).toMatchObject({ kind: "limit" });
  for (const key of ["x", "y", "z"]) await notes().text("n_set", { key, text: key });
  expect(await failure("w", "one more")).toMatchObject({ kind: "limit" });
  expect(await notes().text("n_set", { key: "x", text: "replaced" })).toBe('Kept "x"');
  for (const key of ["", " ", "a\nb", "a\0b", "x".repeat(129)])
    expect(await failure(key, "t")).toMatchObject({ kind: "invalid" });
});

test("a name is never a path", async () => {
  for (const key of ["../../outside", "/etc/passwd", "__proto__"]) {
    expect(await notes().text("n_set", { key, text: key })).toBe(`Kept "${key}"`);
    expect(await notes().text("n_get", { key })).toBe(key);
  }
  expect(readdirSync(state)).toEqual(["notes"]);
  expect(readdirSync(folder).every((name) => /^[0-9a-f]{64}\.json$/.test(name))).toBe(true);
});

test("a folder that cannot be used is told, and costs the call only", async () => {
  writeFileSync(join(state, "notes"), "");
  expect(await notes().failure("n_set", { key: "k", text: "t" })).toMatchObject({ kind: "failed" });
});

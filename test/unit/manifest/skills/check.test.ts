import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadManifest } from "../../../../src/manifest/load.ts";
import { formatProblem } from "../../../../src/manifest/problem.ts";
import { resolvedPlain } from "../../../../src/manifest/resolved.ts";

let scratch = "";
beforeAll(() => void (scratch = mkdtempSync(join(tmpdir(), "muster-skills-"))));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const skill = (name: string, more = "") => `---\nname: ${name}\ndescription: Does ${name}.\n${more}---\nDo ${name}.\n`;

function folderWith(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(scratch, "case-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(root, name, ".."), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

async function load(root: string, keys: string, defaults = "") {
  const text = `${defaults}agents:\n  a:\n    model: ollama/m\n    ${keys}\n`;
  writeFileSync(join(root, "agents.yaml"), text);
  const result = await loadManifest({ file: join(root, "agents.yaml"), variables: {}, hostName: "h" });
  const lines = [...result.problems, ...result.warnings].map((found) =>
    formatProblem(found).replaceAll(`${root}/`, ""),
  );
  return { ...result, lines };
}

describe("skills of an agent", () => {
  test("are those of all folders, in order, and shown resolved as folders", async () => {
    const root = folderWith({
      "one/b/SKILL.md": skill("b"),
      "one/a/SKILL.md": skill("a", "allowed-tools: clock\n"),
      "one/README.md": "No skill",
      "one/empty/notes.md": "No skill",
      "two/c/SKILL.md": skill("c"),
    });
    const { manifest, lines } = await load(root, "skills: [one, two]");
    expect(lines).toEqual([]);
    const skills = manifest?.agents.get("a")?.skills?.skills ?? [];
    expect(skills.map(({ name, allowedTools }) => [name, allowedTools])).toEqual([
      ["a", ["clock"]],
      ["b", undefined],
      ["c", undefined],
    ]);
    expect(manifest && resolvedPlain(manifest)).toMatchObject({
      agents: { a: { skills: [join(root, "one"), join(root, "two")] } },
    });
  });

  test("may come from the defaults, as one folder", async () => {
    const root = folderWith({ "one/a/SKILL.md": skill("a") });
    const { manifest, lines } = await load(root, "description: Helps", "defaults: { skills: ./one }\n");
    expect(lines).toEqual([]);
    expect(manifest?.agents.get("a")?.skills?.skills).toHaveLength(1);
  });

  test("a folder that is not there is a warning, and what others hold is there", async () => {
    const root = folderWith({ "one/a/SKILL.md": skill("a") });
    const { lines, manifest } = await load(root, "skills: [one, none]");
    expect(lines).toEqual([
      'agents.yaml:4:19: warning: agents.a.skills[1]: Cannot use the folder "none" now: no such folder. Its agent is degraded until it can be used',
    ]);
    expect(manifest?.agents.get("a")?.skills).toMatchObject({
      skills: [{ name: "a" }],
      missing: [`folder "${join(root, "none")}": no such folder`],
    });
  });

  test("a file in its place is a problem", async () => {
    const { lines } = await load(folderWith({ none: "" }), "skills: none");
    expect(lines).toEqual(['agents.yaml:4:13: agents.a.skills: Cannot use the folder "none": it is no folder']);
  });

  test("a folder without any is a warning", async () => {
    const { lines } = await load(folderWith({ "one/x.md": "" }), "skills: one");
    expect(lines).toEqual([
      'agents.yaml:4:13: warning: agents.a.skills: Found no skill in "one": none of its folders holds a SKILL.md',
    ]);
  });

  test("a mistake is told by the skill's file and line", async () => {
    const root = folderWith({ "one/a/SKILL.md": "---\nname: A\ndescription: x\n---\nDo." });
    const { lines, manifest } = await load(root, "skills: [one]");
    expect(lines[0]).toStartWith('agents.yaml:4:14: agents.a.skills[0]: A skill: one/a/SKILL.md:2:7: name: Found "A"');
    expect(manifest).toBeUndefined();
  });

  test("two of one name are a problem, and a name other than the folder's a warning", async () => {
    const root = folderWith({ "one/a/SKILL.md": skill("a"), "two/x/SKILL.md": skill("a") });
    const { lines } = await load(root, "skills: [one, two]");
    expect(lines[0]).toContain('agents.a.skills[1]: A skill: two/x/SKILL.md: Found the name "a", which');
    expect(lines[1]).toContain('two/x/SKILL.md:2:7: name: Found "a" in the folder "x"');
  });

  test("more than 64 are a problem", async () => {
    const names = Array.from({ length: 65 }, (_, index) => `s${index}`);
    const root = folderWith(Object.fromEntries(names.map((name) => [`one/${name}/SKILL.md`, skill(name)])));
    const { lines } = await load(root, "skills: one");
    expect(lines).toEqual(["agents.yaml:4:13: agents.a.skills: Found more than 64 skills, accepted up to 64"]);
  });

  test("a SKILL.md that is a link out of its folder is not read; one within it is", async () => {
    const root = folderWith({ "secret.md": skill("a"), "one/a/x.md": "", "two/b/data/SKILL.md": skill("b") });
    symlinkSync(join(root, "secret.md"), join(root, "one/a/SKILL.md"));
    symlinkSync("data/SKILL.md", join(root, "two/b/SKILL.md"));
    const { lines } = await load(root, "skills: one");
    expect(lines[0]).toContain('Cannot read the skill "one/a/SKILL.md": it is a link that leads out of its folder');
    expect((await load(root, "skills: two")).lines).toEqual([]);
  });

  test("a SKILL.md of many megabytes is not read", async () => {
    const root = folderWith({ "one/a/SKILL.md": skill("a") + "x".repeat(3_000_000) });
    expect((await load(root, "skills: one")).lines[0]).toContain("accepted are up to 1048576");
  });

  test("a tool of the name skill has no place beside them, also where defaults give them", async () => {
    const root = folderWith({ "one/a/SKILL.md": skill("a") });
    const problem = 'Found "skill", which is the tool for the agent\'s skills; accepted another name';
    const { lines } = await load(root, "tools: { skill: { type: time } }", "defaults: { skills: one }\n");
    expect(lines[0]).toContain(problem);
  });

  test("what changes in their folders is seen: texts, new skills, and those that go", async () => {
    const root = folderWith({ "one/a/SKILL.md": skill("a"), "one/b/x.md": "" });
    const { seen } = await load(root, "skills: one");
    const changes = () => seen.again().changedSince(seen);
    expect(changes()).toEqual([]);
    writeFileSync(join(root, "one/b/SKILL.md"), skill("b"));
    expect(changes()).toEqual([join(root, "one/b/SKILL.md")]);
    mkdirSync(join(root, "one/c"));
    expect(changes()).toContain(join(root, "one"));
    writeFileSync(join(root, "one/a/SKILL.md"), skill("a").replace("Do a", "Do it otherwise"));
    expect(changes()).toContain(join(root, "one/a/SKILL.md"));
  });
});

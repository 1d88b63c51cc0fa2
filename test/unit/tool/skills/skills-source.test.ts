import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SkillConfig } from "../../../../src/manifest/skills/config.ts";
import type { ToolInput } from "../../../../src/tool/contract.ts";
import { skillsSource } from "../../../../src/tool/skills/skills-source.ts";
import { calledTools } from "../../../support/called-tool.ts";
import { toolContext } from "../../../support/tool-context.ts";

let root = "";
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "muster-skills-"));
  mkdirSync(join(root, "forms/references"), { recursive: true });
  mkdirSync(join(root, "forms-other"));
  mkdirSync(join(root, "forms/state"));
  writeFileSync(join(root, "forms/SKILL.md"), "---");
  writeFileSync(join(root, "forms/references/parts.md"), "Part 7 is red.");
  writeFileSync(join(root, "forms/.hidden"), "x");
  writeFileSync(join(root, "forms/picture"), new Uint8Array([0, 1, 2]));
  writeFileSync(join(root, "forms/large.txt"), "x".repeat(2 * 1024 ** 2));
  writeFileSync(join(root, "forms/state/jobs"), "kept");
  writeFileSync(join(root, "forms-other/secret"), "secret");
  writeFileSync(join(root, "secret"), "secret");
  symlinkSync(join(root, "secret"), join(root, "forms/link"));
  symlinkSync("..", join(root, "forms/up"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function skill(changes: Partial<SkillConfig> = {}): SkillConfig {
  return {
    name: "forms",
    description: "Fills forms.",
    instructions: "Take a pen.",
    folder: join(root, "forms"),
    ...changes,
  };
}

const source = (...skills: readonly SkillConfig[]) =>
  skillsSource({ folders: [root], skills, missing: [] }, join(root, "forms/state"));
const use = async (input: ToolInput, ...skills: readonly SkillConfig[]) => {
  const [tool] = source(...(skills.length === 0 ? [skill()] : skills)).tools();
  if (tool === undefined) throw new Error("No tool");
  return tool.run(input, toolContext());
};

describe("the tool skill", () => {
  test("lists names and descriptions, and takes no other names", () => {
    const [tool] = source(skill(), skill({ name: "pay", description: "Pays." })).tools();
    expect(tool?.name).toBe("skill");
    expect(tool?.description).toEndWith("Skills:\n- forms: Fills forms.\n- pay: Pays.");
    expect(tool?.parameters).toMatchObject({ properties: { name: { enum: ["forms", "pay"] } } });
  });

  test("is none where there are no skills", () => {
    expect(source().tools()).toEqual([]);
  });

  test("keeps the descriptions of many within bounds", () => {
    const many = Array.from({ length: 64 }, (_, index) => skill({ name: `s${index}`, description: "é".repeat(1024) }));
    const [tool] = source(...many).tools();
    expect(tool?.description.length).toBeLessThan(9_000);
    expect(tool?.description).toContain("\n- s63: éé");
  });

  test("gives the instructions, with the names of the files beside them", async () => {
    const { text, allowsOnly } = await use({ name: "forms" });
    expect(text).toStartWith("Take a pen.\n\n[Files of this skill, to be read with file: ");
    expect(text).toContain("references/parts.md");
    expect(text).not.toContain("SKILL.md");
    expect(text).not.toContain(".hidden");
    expect(text).not.toContain("secret");
    expect(allowsOnly).toBeUndefined();
  });

  test("says what else may be called from then on, also when only a file is read", async () => {
    const narrow = skill({ allowedTools: ["clock"] });
    const whole = await use({ name: "forms" }, narrow);
    expect(whole.allowsOnly).toEqual({ by: "forms", tools: ["clock"] });
    expect(whole.text).toContain("only these tools can be called from now on: clock, skill]");
    const file = await use({ name: "forms", file: "references/parts.md" }, narrow);
    expect(file).toEqual({ text: "Part 7 is red.", allowsOnly: { by: "forms", tools: ["clock"] } });
  });

  test("gives the instructions when its folder has gone", async () => {
    expect((await use({ name: "forms" }, skill({ folder: join(root, "gone") }))).text).toBe("Take a pen.");
  });
});

describe("a file of a skill", () => {
  const failure = (file: string) => calledTools(source(skill())).failure("skill", { name: "forms", file });

  test.each([
    "../secret",
    "references/../../secret",
    "/etc/passwd",
    "link",
    "up/secret",
    "../forms-other/secret",
    "..",
  ])("is none outside of its folder: %s", async (file) => {
    const { text } = await failure(file);
    expect(text).not.toContain("secret\n");
    expect(text).toContain("outside of the folder");
  });

  test.each([
    ["state/jobs", "outside of the folder"],
    ["large.txt", "is larger than 1 MB"],
    ["picture", "is no text"],
    ["references", "is a folder"],
    ["none.md", 'There is no file "none.md"'],
  ])("is refused when it is none to be read: %s", async (file, expected) => {
    expect((await failure(file)).text).toContain(expected);
  });

  test("is none with a NUL in its name", async () => {
    expect((await failure("references/parts.md\0.png")).text).toContain("no path");
  });
});

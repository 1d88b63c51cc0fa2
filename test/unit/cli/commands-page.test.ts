import { expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../../../build/paths.ts";
import { commands } from "../../../src/cli/commands.ts";
import { commandsPage } from "../../../src/cli/commands-page.ts";

const specs = await Promise.all(commands.map((entry) => entry.load()));

/** The formatter aligns tables; the text of their cells is what counts. */
function withoutPadding(markdown: string): string {
  return markdown.replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---");
}

test("docs/commands.md is what the command tables say", async () => {
  const page = await readFile(join(root, "docs", "commands.md"), "utf8");
  expect(withoutPadding(page)).toBe(withoutPadding(commandsPage(specs)));
});

test("a command's entry in the list says the same as its own table", () => {
  expect(commands.map(({ name, summary }) => ({ name, summary }))).toEqual(
    specs.map(({ name, summary }) => ({ name, summary })),
  );
});

test("every command has an example, and no two of its options share a letter", () => {
  for (const spec of specs) {
    expect(spec.examples.length).toBeGreaterThan(0);
    const letters = Object.values(spec.options).flatMap(({ short }) => short ?? []);
    expect(new Set([...letters, "h"]).size).toBe(letters.length + 1);
  }
});

// The recipes of docs/cookbook.md: of each its manifest and its commands, as the page has them.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../build/paths.ts";

export interface Recipe {
  readonly title: string;
  readonly manifest: string;
  /** The words behind the program in its first line that begins so, without the comment. Throws when there is none. */
  words(beginning: string): readonly string[];
}

const page = readFileSync(join(root, "docs", "cookbook.md"), "utf8");

export const recipes: readonly Recipe[] = page
  .split(/^## /m)
  .slice(1)
  .map((section) => {
    const lines = block(section, "sh").split("\n");
    return {
      title: section.split("\n")[0] ?? "",
      manifest: block(section, "yaml"),
      words: (beginning) => wordsOf(lines, beginning),
    };
  });

/** The recipe whose manifest has this agent. */
export function recipeOf(agent: string): Recipe {
  const found = recipes.find(({ manifest }) => manifest.includes(`\n  ${agent}:\n`));
  if (found === undefined) throw new Error(`The cookbook has no agent "${agent}"`);
  return found;
}

function block(section: string, language: string): string {
  const found = [...section.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"))];
  const [text] = found.map(([, inside = ""]) => inside);
  if (text === undefined || found.length > 1) throw new Error(`Not one ${language} block in: ${section.slice(0, 60)}`);
  return text;
}

function wordsOf(lines: readonly string[], beginning: string): readonly string[] {
  const line = lines.find((one) => one.startsWith(beginning));
  if (line === undefined) throw new Error(`The recipe has no line "${beginning}…"`);
  const words = line.replace(/\s+# .*$/, "").matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g);
  return [...words].map(([, double, single, plain]) => double ?? single ?? plain ?? "").slice(1);
}

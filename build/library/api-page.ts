// docs/library-api.md as it must be. Run as a program it writes the page.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { format } from "prettier";
import { root } from "../paths.ts";
import { apiReference } from "./api-reference.ts";

export const apiPagePath = join(root, "docs", "library-api.md");

const head = `# The library's reference

Made of the library's own declarations by \`bun build/library/api-page.ts\`. How to use it: [library.md](library.md).

`;

export function apiPage(): Promise<string> {
  return format(head + apiReference(), { parser: "markdown", printWidth: 120 });
}

if (import.meta.main) await writeFile(apiPagePath, await apiPage());

import { expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { apiPage, apiPagePath } from "../../../build/library/api-page.ts";

test("docs/library-api.md is what the library's declarations say; bun build/library/api-page.ts writes it", async () => {
  expect(await readFile(apiPagePath, "utf8")).toBe(await apiPage());
}, 60_000);

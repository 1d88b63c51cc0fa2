import { expect, test } from "bun:test";
import { commands } from "../../../src/cli/commands.ts";
import { installDocuments } from "../../../src/cli/install-documents.ts";
import { manPage } from "../../../src/cli/man-page.ts";
import { mayRun } from "../../support/may-run.ts";
import { runProgram } from "../../support/run-program.ts";

test("every command is in it", async () => {
  const { manPage: page } = await installDocuments("1.0");
  for (const { name } of commands) expect(page).toContain(`.SS muster ${name.replaceAll("-", "\\-")}`);
});

test("nothing of a text is taken as a request or an escape", () => {
  const spec = {
    name: "x",
    summary: ".so /etc/passwd",
    args: [],
    options: {},
    examples: [{ line: "a \\n ~", does: "'q" }],
  };
  const lines = manPage([spec], "1.0-rc").split("\n");
  expect(lines).toContain("\\&.so /etc/passwd");
  expect(lines).toContain("a \\en \\(ti");
  expect(lines).toContain("\\&'q:");
  expect(lines[0]).toContain('"muster 1.0\\-rc"');
});

const missing = Bun.which("groff") === null ? "groff is not installed" : undefined;

test.if(mayRun("the manual page in groff", missing))("groff finds nothing wrong with it", async () => {
  const { manPage: page } = await installDocuments("1.0");
  const { code, stderr } = await runProgram(["groff", "-man", "-Tutf8", "-ww", "-z"], { stdin: page });
  expect([code, stderr]).toEqual([0, ""]);
});

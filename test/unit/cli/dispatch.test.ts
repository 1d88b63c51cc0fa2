import { expect, test } from "bun:test";
import { runCommandLine } from "../../../src/cli/dispatch.ts";
import { processTerminal } from "../../../src/cli/terminal.ts";

async function said(argv: readonly string[]): Promise<{ code: number; err: string }> {
  let err = "";
  const terminal = { ...processTerminal(), err: (text: string) => void (err += text) };
  return { code: await runCommandLine(argv, terminal), err };
}

test("an unknown command is a usage error that names the nearest", async () => {
  expect(await said(["runn"])).toEqual({ code: 2, err: 'There is no command "runn". Did you mean "run"?\n' });
});

test("an option before the command is told where options go", async () => {
  expect(await said(["-f", "agents.yaml", "run"])).toEqual({
    code: 2,
    err: 'Found "-f" before the command; options come after it: muster COMMAND [OPTIONS]\n',
  });
});

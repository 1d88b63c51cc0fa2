import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../../../build/paths.ts";
import { installLibrary, type LibraryPackage } from "../../support/library-package.ts";
import { mayRun } from "../../support/may-run.ts";
import { type RunningNatsServer, startNatsServer } from "../../support/nats-server.ts";
import { runProgram } from "../../support/run-program.ts";

let server: RunningNatsServer;
let library: LibraryPackage;

beforeAll(async () => {
  server = await startNatsServer();
  library = await installLibrary();
  await cp(join(root, "docs", "examples"), library.folder, { recursive: true });
}, 120_000);

afterAll(async () => {
  await server.stop();
  await library.remove();
});

const node = Bun.which("node");
const engines = [
  { engine: "Bun", program: process.execPath },
  ...(mayRun("the library under Node", node === null ? "no program node" : undefined) && node !== null
    ? [{ engine: "Node", program: node }]
    : []),
];

describe.each(engines)("under $engine, the example", ({ program }) => {
  const environment = (): Record<string, string | undefined> => ({ PATH: process.env["PATH"], NATS_URL: server.url });
  const example = (name: string, ...args: string[]) =>
    runProgram([program, join(library.folder, name), ...args], { cwd: library.folder, env: environment() });

  test("echo and ask: an agent of one's own answers another program, and ends when told to", async () => {
    const echo = Bun.spawn([program, join(library.folder, "echo.mjs")], {
      cwd: library.folder,
      env: environment(),
      stdin: "ignore",
      stdout: "pipe",
      stderr: "inherit",
    });
    for await (const piece of echo.stdout) {
      if (new TextDecoder().decode(piece).includes("Serving muster-library/examples/echo")) break;
    }
    expect(await example("ask.mjs", "examples/echo", "one", "two")).toEqual({
      code: 0,
      stdout: "one two \n",
      stderr: "",
    });
    const nobody = await example("ask.mjs", "muster-library/examples/nobody", "hello");
    expect(nobody.stderr).toStartWith('no_such_agent: No agent "muster-library/examples/nobody" answered');
    expect(nobody.code).toBe(1);
    echo.kill("SIGTERM");
    expect(await echo.exited).toBe(0);
  }, 60_000);

  test.each([
    ["stream.mjs", "muster-library/examples/counter is ready\nLeft after: 1 2 3 4 5\nThe agent stopped: caller-gone\n"],
    ["question.mjs", "It asks: Small or large?\nOne large coffee, coming up.\n"],
    ["files.mjs", "Shouted note.txt.\nnote.txt: HELLO\n"],
    ["roster.mjs", "Before: nobody\nWhile it serves: ready\nThen: degraded, Out of coffee\n"],
  ])(
    "%s prints what it promises, and ends",
    async (name, output) => {
      expect(await example(name)).toEqual({ code: 0, stdout: output, stderr: "" });
    },
    60_000,
  );
});

import { expect, test } from "bun:test";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { boundedWriter, fileWriter, JoinedLines } from "../../../src/telemetry/stderr-log.ts";
import { runProgram } from "../../support/run-program.ts";

test("a reader that does not read costs lines, not memory, and is told how many", () => {
  const written: string[] = [];
  const stream = {
    writableLength: 2 * 1024 * 1024,
    write: (line: string) => written.push(line) > 0,
  };
  const write = boundedWriter(stream);
  write("lost\n");
  write("lost\n");
  stream.writableLength = 0;
  write("seen\n");
  expect(written).toEqual(['{"level":"warn","message":"Log lines were dropped","lines":2}\n', "seen\n"]);
});

test("lines that are written together are counted one by one when they are dropped", () => {
  const written: string[] = [];
  const stream = { writableLength: 2 * 1024 * 1024, write: (lines: string) => written.push(lines) > 0 };
  const write = boundedWriter(stream);
  write("lost\nlost too\n");
  stream.writableLength = 0;
  write("seen\n");
  expect(written[0]).toContain('"lines":2');
});

test("lines of a few ms are written in one, in order", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const lines = new JoinedLines(resolve);
  lines.add("one\n", false);
  await setImmediate();
  lines.add("two\n", false);
  expect(await promise).toBe("one\ntwo\n");
});

test("an urgent line is written at once, after those before it, and so is what waits when the process ends", async () => {
  const written: string[] = [];
  const lines = new JoinedLines((joined) => void written.push(joined));
  lines.add("one\n", false);
  expect(written).toEqual([]);
  lines.add("two\n", true);
  expect(written).toEqual(["one\ntwo\n"]);
  lines.add("three\n", false);
  lines.flush();
  lines.flush();
  await Bun.sleep(10);
  expect(written).toEqual(["one\ntwo\n", "three\n"]);
});

test("the last lines of a process that ends at once are written", async () => {
  const source = `
    import { stderrLog } from ${JSON.stringify(join(import.meta.dir, "../../../src/telemetry/stderr-log.ts"))};
    stderrLog({ level: "info", format: "json" }).info("The last line");
    process.exit(3);
  `;
  const { code, stderr } = await runProgram([process.execPath, "-e", source]);
  expect(code).toBe(3);
  expect(stderr).toContain("The last line");
});

test("lines that have no end do not heap up", () => {
  const written: string[] = [];
  const lines = new JoinedLines((joined) => void written.push(joined));
  for (let index = 0; index < 100; index++) lines.add(`${"x".repeat(1_023)}\n`, false);
  expect(written.length).toBeGreaterThan(0);
  lines.flush();
});

function inFolder(act: (path: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "muster-log-"));
  try {
    act(join(folder, "log"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("a file that takes no more costs lines, not the runtime", () => {
  inFolder((path) => {
    writeFileSync(path, "");
    const refusing = openSync(path, "r");
    const write = fileWriter(refusing);
    expect(() => write("lost\n")).not.toThrow();
    closeSync(refusing);
  });
});

test("a file gets every line, in order", () => {
  inFolder((path) => {
    const file = openSync(path, "a");
    const write = fileWriter(file);
    write("one\n");
    write("two\n");
    expect(readFileSync(path, "utf8")).toBe("one\ntwo\n");
    closeSync(file);
  });
});

import { expect, test } from "bun:test";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { boundedWriter, fileWriter, JoinedLines } from "../../../src/telemetry/stderr-log.ts";

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

test("lines of one go are written in one, in order, as soon as that is over", async () => {
  const written: string[] = [];
  const lines = new JoinedLines((joined) => void written.push(joined));
  lines.add("one\n");
  lines.add("two\n");
  expect(written).toEqual([]);
  await Promise.resolve();
  expect(written).toEqual(["one\ntwo\n"]);
  lines.add("three\n");
  lines.flush();
  lines.flush();
  await Promise.resolve();
  expect(written).toEqual(["one\ntwo\n", "three\n"]);
});

test("lines of a go that has no end do not heap up", () => {
  const written: string[] = [];
  const lines = new JoinedLines((joined) => void written.push(joined));
  for (let index = 0; index < 100; index++) lines.add(`${"x".repeat(1_023)}\n`);
  expect(written.length).toBeGreaterThan(0);
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

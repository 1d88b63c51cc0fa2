import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { appendFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../../../build/paths.ts";
import { currentFormat, markFormat, readFormat } from "../../../../src/host/state/format.ts";
import { migrateState, migrations } from "../../../../src/host/state/migrate.ts";
import type { Migration } from "../../../../src/host/state/migration.ts";
import { StateDirectoryError } from "../../../../src/host/state-directory.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "muster-format-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

function everything(): string[] {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .sort();
}

test("there is one migration from each format but the last", () => {
  expect(migrations.map(({ from }) => from)).toEqual(Array.from({ length: currentFormat }, (_, from) => from));
});

test("an empty directory comes to the present format", () => {
  migrateState(directory);
  expect(readFormat(directory)).toEqual({ format: currentFormat, writtenBy: "0.0.0-source" });
  const mark = readFileSync(join(directory, "format.json"), "utf8");
  migrateState(directory);
  expect(readFileSync(join(directory, "format.json"), "utf8")).toBe(mark);
});

test("from format 0 to 1 what killed writers left goes, and nothing else", () => {
  cpSync(join(root, "test", "fixtures", "state", "format-0"), directory, { recursive: true });
  migrateState(directory);
  expect(everything()).toEqual([
    "format.json",
    "last-good/0123456789abcdef0123456789abcdef.json",
    "nats-config/nats/context/muster.json",
    "nats/runtime.nk",
    "runtime.pid",
  ]);
});

describe("steps", () => {
  const steps = (run: (from: number) => void): Migration[] =>
    [0, 1, 2].map((from) => ({ from, does: `does step ${from}`, run: () => run(from) }));

  test("run in order from the format that is there, each once", () => {
    const ran: number[] = [];
    markFormat(directory, 1);
    migrateState(
      directory,
      steps((from) => ran.push(from)),
    );
    expect(ran).toEqual([1, 2]);
    expect(readFormat(directory).format).toBe(3);
  });

  test("that fail in the middle are done again by the next start, and those before them are not", () => {
    const file = join(directory, "ran");
    let isBroken = true;
    const run = (from: number): void => {
      appendFileSync(file, `${from}`);
      if (from === 1 && isBroken) throw new Error("no space left on device");
    };
    expect(() => migrateState(directory, steps(run))).toThrow(
      `Cannot bring state directory "${directory}" from format 1 to 2 (does step 1): no space left on device. Nothing is lost; the next start tries again`,
    );
    expect(readFormat(directory).format).toBe(1);
    isBroken = false;
    migrateState(directory, steps(run));
    expect(readFileSync(file, "utf8")).toBe("0112");
    expect(readFormat(directory).format).toBe(3);
  });
});

test("a newer format is refused with both versions, and left alone", () => {
  writeFileSync(join(directory, "format.json"), '{"format":9,"writtenBy":"4.2.0"}');
  expect(() => migrateState(directory)).toThrow(
    `State directory "${directory}" has format 9, written by Muster 4.2.0; this is Muster 0.0.0-source, which knows formats up to ${currentFormat}. Start that version or a newer one again`,
  );
  expect(everything()).toEqual(["format.json"]);
});

test("a mark that says nothing is refused, not guessed", () => {
  for (const text of ["", "{", "[]", '{"format":"1"}', '{"format":-1}', '{"format":1.5}', "null"]) {
    writeFileSync(join(directory, "format.json"), text);
    expect(() => migrateState(directory)).toThrow(StateDirectoryError);
  }
});

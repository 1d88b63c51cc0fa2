import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { exchange, finishRestore } from "../../../../src/host/backup/restore-journal.ts";
import { StateDirectoryError } from "../../../../src/host/state-directory.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "muster-restore-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(directory, path)), { recursive: true });
  writeFileSync(join(directory, path), text);
}

function state(): Record<string, string> {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1)).sort();
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(directory, path), "utf8")]));
}

function oldAndNew(): void {
  write("nats/a", "old");
  write("last-good/x.json", "old");
  write("format.json", "old");
  write("models/m.gguf", "stays");
  write("carried/part", "stays");
  write("runtime.pid", "stays");
  write("restore.new/nats/a", "new");
  write("restore.new/format.json", "new");
}

const exchanged = {
  "before-restore-then/format.json": "old",
  "before-restore-then/last-good/x.json": "old",
  "before-restore-then/nats/a": "old",
  "carried/part": "stays",
  "format.json": "new",
  "models/m.gguf": "stays",
  "nats/a": "new",
  "runtime.pid": "stays",
};

test("what is there goes aside, what came takes its place, and what a start makes anew stays", () => {
  oldAndNew();
  const aside = exchange(directory, new Date("2026-11-22T12:00:00.000Z"));
  expect(aside).toBe(join(directory, "before-restore-2026-11-22T12-00-00-000Z"));
  const expected = Object.entries(exchanged).map(([path, text]): [string, string] => [
    path.replace("-then/", "-2026-11-22T12-00-00-000Z/"),
    text,
  ]);
  expect(state()).toEqual(Object.fromEntries<string>(expected));
});

test("a crash after any of its steps is finished by the next who opens the directory", () => {
  const steps: readonly (() => void)[] = [
    () => mkdirSync(join(directory, "before-restore-then")),
    ...["nats", "last-good", "format.json"].map(
      (name) => () => renameSync(join(directory, name), join(directory, "before-restore-then", name)),
    ),
    ...["nats", "format.json"].map(
      (name) => () => renameSync(join(directory, "restore.new", name), join(directory, name)),
    ),
    () => rmSync(join(directory, "restore.new"), { recursive: true }),
  ];
  const journal = {
    outgoing: ["nats", "last-good", "format.json"],
    incoming: ["nats", "format.json"],
    aside: "before-restore-then",
  };
  for (let done = 0; done <= steps.length; done++) {
    rmSync(directory, { recursive: true });
    oldAndNew();
    write("restore.json", JSON.stringify(journal));
    for (const step of steps.slice(0, done)) step();
    finishRestore(directory);
    expect(state()).toEqual(exchanged);
    expect(existsSync(join(directory, "restore.new"))).toBe(false);
  }
});

test("a crash before the decision leaves the old, and nothing of the new", () => {
  oldAndNew();
  const before = Object.entries(state()).filter(([path]) => !path.startsWith("restore.new"));
  finishRestore(directory);
  finishRestore(directory);
  expect(state()).toEqual(Object.fromEntries(before));
});

test("a journal that names another folder is refused", () => {
  write("restore.json", JSON.stringify({ outgoing: ["../etc"], incoming: [], aside: "x" }));
  expect(() => finishRestore(directory)).toThrow(StateDirectoryError);
});

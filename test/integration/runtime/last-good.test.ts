import { afterEach, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadDesiredState } from "../../../src/runtime/desired-state.ts";
import { ManifestRefused } from "../../../src/runtime/manifest-refused.ts";
import { recordedLog } from "../../support/recorded-log.ts";

const good = "agents:\n  helper: { model: ollama/smol, instructions: Be kind. }\n";
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function machine() {
  const folder = mkdtempSync(join(tmpdir(), "muster-test-"));
  folders.push(folder);
  const file = join(folder, "agents.yaml");
  const log = recordedLog();
  return {
    folder,
    file,
    log,
    write: (text: string) => writeFileSync(file, text),
    load: () => loadDesiredState({ file, stateDirectory: folder, environment: {}, log }),
  };
}

test("a broken file is served in its last good form, and its problem is told", () => {
  const { write, load, log, file } = machine();
  write(good);
  expect(load().files).toEqual([{ file, problems: [], usesLastGood: false }]);
  write("agents:\n  helper: { modell: ollama/smol, instructions: Be kind. }\n");
  const state = load();
  expect([...state.manifest.agents.keys()]).toEqual(["helper"]);
  expect(state.files).toMatchObject([{ usesLastGood: true }]);
  expect(state.files[0]?.problems.join("\n")).toContain("modell");
  expect(log.messages()).toContain("The last good form of this file serves");
});

test("a broken file without a last good form is refused with all its problems", () => {
  const { write, load } = machine();
  write("agents:\n  helper: { modell: x, queue: many }\n");
  expect(load).toThrow(ManifestRefused);
  expect(load).toThrow(/modell[\s\S]*queue/);
});

test("a file that is gone is not served from memory", () => {
  const { write, load, file } = machine();
  write(good);
  load();
  rmSync(file);
  expect(load).toThrow("no such file");
});

test("what is kept is for its user only, and is written once", () => {
  const { write, load, folder } = machine();
  write(good);
  load();
  const kept = join(folder, "last-good");
  const [name = ""] = readdirSync(kept);
  expect(statSync(join(kept, name)).mode & 0o777).toBe(0o600);
  const before = statSync(join(kept, name)).mtimeMs;
  load();
  expect(statSync(join(kept, name)).mtimeMs).toBe(before);
});

test("a manifest whose model's file has gone since serves in its last good form, and the file is told", () => {
  const { write, load, folder } = machine();
  const model = join(folder, "small.gguf");
  writeFileSync(model, "");
  const other = "  other: { model: ollama/smol }\n";
  write(`models: { pocket: { provider: builtin, file: small.gguf } }\nagents:\n  helper: { model: pocket }\n${other}`);
  load();
  rmSync(model);
  const state = load();
  expect([...state.manifest.agents.keys()]).toEqual(["helper", "other"]);
  expect(state.files[0]?.problems.join()).toContain(`Cannot read the file "${model}": no such file`);
});

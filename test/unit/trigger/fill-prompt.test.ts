import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TriggerSource } from "../../../src/manifest/trigger.ts";
import { fillPath, fillPrompt, UnfitEvent } from "../../../src/trigger/fill-prompt.ts";
import type { RunEvent } from "../../../src/trigger/store/run-record.ts";

const folder = mkdtempSync(join(tmpdir(), "muster-fill-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const subject: TriggerSource = { type: "subject", subject: "plant.>" };
const file: TriggerSource = { type: "file", folder, settleMs: 100 };

function fill(prompt: string, event: RunEvent | undefined, source: TriggerSource = subject) {
  const run = {
    seq: 1,
    id: "run-1",
    dueMs: Date.parse("2026-06-01T10:00:00Z"),
    ...(event === undefined ? {} : { event }),
  };
  return fillPrompt({ name: "alarm", prompt, source }, run, 1_000);
}

function message(payload: string | Uint8Array): RunEvent {
  return { name: "plant.line3", payload: Buffer.from(payload), hops: 0 };
}

test("the payload, its fields, the subject, the time, the run and the trigger are put in", async () => {
  const template =
    "{{trigger}} {{run}} {{time}} {{ subject }}: {{payload.line.id}}/{{payload.ok}}/{{payload.none}} {{payload}}";
  const { text, attachments } = await fill(template, message('{"line":{"id":"L3"},"ok":true}'));
  expect(text).toBe('alarm run-1 2026-06-01T10:00:00.000Z plant.line3: L3/true/ {"line":{"id":"L3"},"ok":true}');
  expect(attachments).toEqual([]);
});

test("a number is put in as it is written, also one with more digits than a machine's numbers have", async () => {
  const payload = '{"serial":12345678901234567890,"bar":1.50,"none":null,"in":{"bar":2.50}}';
  const { text } = await fill(
    "{{payload.serial}} {{payload.bar}} {{payload.in.bar}} {{payload.serial.x}}{{payload.in}}",
    message(payload),
  );
  expect(text).toBe('12345678901234567890 1.50 2.50 {"bar":2.5}');
});

test("braces in what came are not read again, whatever they name", async () => {
  const { text } = await fill("Say: {{payload}} at {{subject}}", message("{{subject}} {{payload}} $& $1 {{time}}"));
  expect(text).toBe("Say: {{subject}} {{payload}} $& $1 {{time}} at plant.line3");
});

test("keys of a payload reach nothing but its own fields", async () => {
  const { text } = await fill("[{{payload.constructor}}{{payload.__proto__.x}}{{payload.a.b}}]", message('{"a":1}'));
  expect(text).toBe("[]");
});

test("what is no text goes along as a file", async () => {
  const { text, attachments } = await fill("Look: {{payload}}", message(new Uint8Array([0x89, 0x50, 0, 255])));
  expect(text).toBe("Look: (attached)");
  expect(attachments).toMatchObject([{ filename: "payload" }]);
});

test("nothing, and too much, are no prompt", () => {
  expect(fill("{{payload}}", message(" \n"))).rejects.toThrow(UnfitEvent);
  expect(fill("{{payload}}", message("x".repeat(1_001)))).rejects.toThrow("1001 bytes; this agent takes at most 1000");
  expect(fill("{{payload}}{{payload}}", message("x".repeat(600)))).rejects.toThrow("1200 bytes");
});

test("a file goes along, or into the prompt where that asks for it", async () => {
  const path = join(folder, "report.txt");
  writeFileSync(path, "All is well");
  const event = { name: "report.txt", path, hops: 0 };
  const along = await fill("Sum up {{name}}", event, file);
  expect(along.text).toBe("Sum up report.txt");
  expect(along.attachments).toMatchObject([{ filename: "report.txt", data: Buffer.from("All is well") }]);
  expect((await fill("Sum up: {{payload}}", event, file)).text).toBe("Sum up: All is well");
});

test("a link in the folder is not followed, a folder not read, a file that is gone told", () => {
  const secret = join(folder, "secret");
  writeFileSync(secret, "password");
  symlinkSync(secret, join(folder, "link.txt"));
  const at = (name: string) => fill("{{payload}}", { name, path: join(folder, name), hops: 0 }, file);
  expect(at("link.txt")).rejects.toThrow(UnfitEvent);
  expect(at(".")).rejects.toThrow(UnfitEvent);
  expect(at("gone")).rejects.toThrow("cannot be read");
});

test("a path takes the time without colons", () => {
  const run = { id: "run-1", trigger: "alarm", dueMs: Date.parse("2026-06-01T10:00:00Z") };
  expect(fillPath("/var/reports/{{trigger}}-{{time}}-{{run}}.md", run)).toBe(
    "/var/reports/alarm-2026-06-01T10-00-00Z-run-1.md",
  );
});

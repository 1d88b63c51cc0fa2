import { afterEach, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ScriptedTriggers, trigger } from "../../support/scripted-trigger.ts";
import { setClock } from "../../support/set-clock.ts";
import { until } from "../../support/until.ts";

const folder = mkdtempSync(join(tmpdir(), "muster-kept-"));
const clock = setClock(Date.parse("2026-06-01T10:30:00Z"));
const triggers = new ScriptedTriggers(clock);
afterEach(async () => {
  await triggers.close();
  rmSync(folder, { recursive: true, force: true });
});

test("an answer is delivered whole, and kept and shown as the agent has it kept", async () => {
  const file = join(folder, "out.txt");
  const source = { type: "every", everyMs: 60_000 } as const;
  triggers.answering = () => ({ type: "answer", text: "The account is GB29NWBK.", attachments: [] });
  triggers.keepable = (answer) => answer.replace("GB29NWBK", "[iban]");
  triggers.attach(trigger(source, { deliver: { type: "file", path: file } }), {
    ...trigger(source),
    name: "only-kept",
    conversation: "trigger only-kept",
  });
  clock.advance(60_000);
  await until("both runs and the delivery", () => {
    const runs = triggers.runs();
    return runs.every(({ state }) => state === "done") && runs.some(({ delivery }) => delivery === "delivered");
  });
  expect(readFileSync(file, "utf8")).toContain("GB29NWBK");
  expect(triggers.runs().map(({ answer }) => answer)).toEqual(["The account is [iban].", "The account is [iban]."]);
});

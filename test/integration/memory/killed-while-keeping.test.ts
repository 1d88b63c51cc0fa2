// A process that keeps turns is killed at random moments: what it said is kept is there, each turn whole, and none twice.

import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../../build/paths.ts";
import { SqliteConversations } from "../../../src/memory/sqlite/sqlite-conversations.ts";
import { recordedLog } from "../../support/recorded-log.ts";

const kills = 20;

test(`${kills} random kills: nothing that was acknowledged is lost, and every turn is whole`, async () => {
  const folder = mkdtempSync(join(tmpdir(), "muster-killed-"));
  const path = join(folder, "conversations", "conversations.db");
  let next = 0;
  for (let time = 0; time < kills; time++) {
    const acknowledged = await killedWriter(path, next);
    const numbers = await keptNumbers(path);
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, at) => at));
    expect(numbers.length).toBeGreaterThanOrEqual(acknowledged + 1);
    expect(numbers.length).toBeLessThanOrEqual(acknowledged + 2);
    next = numbers.length;
  }
  expect(next).toBeGreaterThan(kills);
  rmSync(folder, { recursive: true });
}, 120_000);

/** Resolves to the last number that it acknowledged before it was killed, at least one. */
async function killedWriter(path: string, from: number): Promise<number> {
  const program = join(root, "test", "fixtures", "programs", "keep-turns.ts");
  const child = Bun.spawn([process.execPath, program, path, `${from}`], { stdout: "pipe", stderr: "inherit" });
  const decoder = new TextDecoder();
  let said = "";
  let isDoomed = false;
  for await (const piece of child.stdout) {
    said += decoder.decode(piece, { stream: true });
    if (isDoomed) continue;
    isDoomed = true;
    setTimeout(() => child.kill("SIGKILL"), Math.random() * 60);
  }
  await child.exited;
  const whole = said.slice(0, said.lastIndexOf("\n")).split("\n");
  return Number(whole.at(-1));
}

async function keptNumbers(path: string): Promise<number[]> {
  const log = recordedLog();
  const store = new SqliteConversations({ path, log });
  const record = await store.read({ agent: "a", conversation: "s" });
  store.close();
  expect(log.lines).toEqual([]);
  return (record?.turns ?? []).map(({ messages }) => {
    const number = Number(messages[0]?.text.split(".")[0]);
    expect(messages).toHaveLength(1 + (number % 40));
    return number;
  });
}

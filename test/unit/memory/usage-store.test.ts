import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StoredUsage } from "../../../src/memory/usage-store.ts";
import { recordedLog } from "../../support/recorded-log.ts";

const folder = mkdtempSync(join(tmpdir(), "muster-usage-"));
const file = join(folder, "budgets.db");
const log = recordedLog();
const open = () => new StoredUsage(file, log);

beforeEach(() => {
  mkdirSync(folder, { recursive: true });
  log.lines.splice(0);
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test("keeps what was spent over a restart, puts a broken file aside, and forgets old windows", () => {
  const first = open();
  first.add("agent:a", "tokens/day", "2026-06-15", 40);
  first.add("agent:a", "tokens/day", "2026-06-15", 2);
  first.close();
  const second = open();
  expect(second.spent("agent:a", "tokens/day", "2026-06-15")).toBe(42);
  expect(second.spent("agent:b", "tokens/day", "2026-06-15")).toBe(0);
  for (let day = 0; day < 50; day++) second.add("agent:a", "tokens/day", `2026-07-${String(day).padStart(2, "0")}`, 1);
  expect(second.spent("agent:a", "tokens/day", "2026-06-15")).toBe(0);
  second.close();
  expect(open().spent("agent:a", "tokens/day", "2026-07-49")).toBe(1);

  for (const part of ["", "-wal", "-shm"]) rmSync(`${file}${part}`, { force: true });
  writeFileSync(file, "no database at all".repeat(100));
  const third = open();
  expect(third.spent("agent:a", "tokens/day", "2026-07-49")).toBe(0);
  third.add("agent:a", "tokens/day", "2026-07-49", 3);
  third.close();
  expect(existsSync(`${file}.broken`)).toBe(true);
  expect(open().spent("agent:a", "tokens/day", "2026-07-49")).toBe(3);
  expect(log.lines.map(({ message }) => message)).toEqual(["Spent budgets cannot be read"]);
});

test("is on the disk when asked for, and where it cannot be, that is said and nobody waits", async () => {
  const usage = open();
  await usage.flush();
  expect(existsSync(file)).toBe(false);
  usage.add("agent:a", "tokens/day", "2026-06-15", 40);
  await Promise.all([usage.flush(), usage.flush()]);
  expect(log.lines).toEqual([]);
  usage.close();

  const other = open();
  other.add("agent:a", "tokens/day", "2026-06-15", 2);
  rmSync(`${file}-wal`);
  await other.flush();
  expect(log.lines.map(({ message }) => message)).toEqual(["Spent budgets may not outlive a power cut"]);
  other.close();
});

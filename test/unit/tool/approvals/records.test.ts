import { afterEach, beforeEach, expect, test } from "bun:test";
import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ApprovalRecord } from "../../../../src/tool/approvals/contract.ts";
import { approvalRecords, lastApprovals } from "../../../../src/tool/approvals/records.ts";

let folder = "";
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "approvals-"))));
afterEach(() => rmSync(folder, { recursive: true }));

function record(id: string, changes: Partial<ApprovalRecord> = {}): ApprovalRecord {
  const time = "2026-11-22T00:00:00.000Z";
  const what = { agent: "helper", tool: "service", action: "restart", turn: "t1" };
  return { id, time, asked: time, ...what, answer: "yes", by: "operator", ...changes };
}

test("are there for who reads later, the latest of them in their order, for their user alone", () => {
  const records = approvalRecords(folder);
  expect(lastApprovals(folder, 5)).toEqual([]);
  for (const id of ["A", "B", "C"]) records.add(record(id));
  expect(lastApprovals(folder, 2)).toEqual([record("B"), record("C")]);
  expect(lastApprovals(folder, 0)).toEqual([]);
  expect(statSync(join(folder, "approvals")).mode & 0o777).toBe(0o700);
  expect(statSync(join(folder, "approvals/log.jsonl")).mode & 0o777).toBe(0o600);
});

test("survive a line that was torn, and what is none of them", () => {
  const records = approvalRecords(folder);
  records.add(record("A"));
  appendFileSync(join(folder, "approvals/log.jsonl"), '{"id":"torn","age\n{"id":1}\n{"id":"B","ti');
  records.add(record("C"));
  expect(lastApprovals(folder, 9).map(({ id }) => id)).toEqual(["A", "C"]);
});

test("take no more than two files of bounded size", () => {
  const records = approvalRecords(folder);
  for (let index = 0; index < 40; index++) records.add(record(`R${index}`, { action: "x".repeat(200_000) }));
  const sizes = readdirSync(join(folder, "approvals")).map((name) => statSync(join(folder, "approvals", name)).size);
  expect(sizes).toHaveLength(2);
  expect(Math.max(...sizes)).toBeLessThan(2.5 * 1024 * 1024);
  expect(lastApprovals(folder, 1)[0]?.id).toBe("R39");
});

import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../../build/paths.ts";

const page = readFileSync(join(root, "docs", "errors.md"), "utf8");
const source = (path: string): string => readFileSync(join(root, "src", path), "utf8");

test("the page names every error of the code, and no other", () => {
  expect(rowsUnder("## Errors")).toEqual(membersOf(source("protocol/service-error.ts"), "ServiceErrorName"));
});

test("the page names every state of the code, and no other", () => {
  expect(rowsUnder("## States")).toEqual(membersOf(source("protocol/heartbeat.ts"), "AgentState"));
});

test("every status that a turn sends is on the page", () => {
  const places = [
    ...source("agent/model-step.ts").matchAll(/status: "([a-z_]+)"/g),
    ...source("runtime/agent-adapter.ts").matchAll(/status: "([a-z_]+)"/g),
    ...source("runtime/agent-adapter.ts").matchAll(/toolStatus\("([a-z_]+)"/g),
    ...source("model/contract.ts").matchAll(/readonly kind: "([a-z_]+)"/g),
  ];
  const sent = places.map((match) => match[1] ?? "");
  for (const status of ["trimmed", "tools_failed", "tool", "fallback"]) expect(sent).toContain(status);
  expect(sent.filter((status) => !rowsUnder("## Statuses").includes(status))).toEqual([]);
});

test("every further field that an error carries is on the page", () => {
  const rows = page.split("\n").filter((line) => line.startsWith("| `"));
  for (const field of ["retry_after_s", "max_payload_bytes", "filename", "reason", "skew_s"]) {
    expect(rows.some((row) => row.includes(`\`${field}\``))).toBe(true);
  }
});

/** First cells, in code type, of the table below a heading, sorted. */
function rowsUnder(heading: string): string[] {
  const section = page.split(`\n${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  return [...section.matchAll(/^\| `([a-z_]+)(?::NAME)?`/gm)].map((match) => match[1] ?? "").sort();
}

/** String members of a union type, sorted. */
function membersOf(text: string, type: string): string[] {
  const union = new RegExp(`type ${type} =([^;]+);`).exec(text)?.[1] ?? "";
  return [...union.matchAll(/"([a-z_]+)"/g)].map((match) => match[1] ?? "").sort();
}

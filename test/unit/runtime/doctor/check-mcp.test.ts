import { expect, test } from "bun:test";
import { checkMcp, type McpFacts } from "../../../../src/runtime/doctor/check-mcp.ts";
import type { ServerLook } from "../../../../src/tool/mcp/look-at-server.ts";
import { findingsOf, linesOf } from "./findings.ts";

function check(look: ServerLook, given: Partial<McpFacts> = {}) {
  const facts = { agent: "line3", name: "files", place: '"npx srv"', limitMs: 1_000, skip: undefined };
  return checkMcp({ ...facts, look: () => Promise.resolve(look), ...given });
}

const answers = { type: "answers", server: "srv 1.0", tools: 3, leftOut: [], missing: [] } as const;

test("a server that answers is told with its tools", async () => {
  expect(await findingsOf(check(answers))).toEqual([
    { result: "ok", text: "srv 1.0 answers, 3 tools", facts: { tools: 3, leftOut: 0 } },
  ]);
});

test("tools that cannot be used, or that allow names in vain, are a warning", async () => {
  const leftOut = [{ name: "x", reason: "its inputSchema is no JSON Schema" }];
  expect(await linesOf(check({ ...answers, leftOut }))).toEqual([
    'warning: srv 1.0 answers, 3 tools, 1 left out, such as "x": its inputSchema is no JSON Schema',
  ]);
  expect(await findingsOf(check({ ...answers, missing: ["raed"] }))).toMatchObject([
    { result: "warning", remedy: 'Change allow of the tool "files"' },
  ]);
});

test("one that is not there or does not answer is a problem, with what to do", async () => {
  expect(await findingsOf(check({ type: "absent", reason: 'There is no program "npx" on PATH' }))).toMatchObject([
    { result: "problem", remedy: 'Agent "line3" is degraded until it is there' },
  ]);
  expect(await findingsOf(check({ type: "failed", reason: "It ended with code 1" }))).toMatchObject([
    { result: "problem", remedy: 'Start "npx srv" by hand, as the service\'s user, and see what it says' },
  ]);
});

test("one that must not be started is not", async () => {
  const look = () => Promise.reject(new Error("Started where it should not be"));
  expect(await linesOf(check(answers, { skip: "Not now", look }))).toEqual(["skipped: Not now"]);
});

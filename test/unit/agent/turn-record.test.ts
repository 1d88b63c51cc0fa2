import { expect, test } from "bun:test";
import { turnRecord } from "../../../src/agent/turn-record.ts";

const call = { name: "read", outcome: "ok", durationMs: 1, inputBytes: 14, outputBytes: 2, input: { path: "a.txt" } };
const prompt = { id: "1", text: "Read it", files: [] };

function tracedCalls(keepsText: boolean) {
  const record = turnRecord("helper", prompt, { keepsText });
  record.tool(call);
  return record.finish({ ok: true }).tools;
}

test("what a tool was called with is in the trace only where what was said is", () => {
  expect(tracedCalls(true)).toEqual([call]);
  const [kept] = tracedCalls(false);
  expect(kept).toMatchObject({ name: "read", inputBytes: 14 });
  expect(kept).not.toHaveProperty("input");
});

import { expect, test } from "bun:test";
import { preparedTools, ToolsUnavailable } from "../../../src/agent/prepared-tools.ts";
import type { ToolHealth, ToolSource } from "../../../src/tool/contract.ts";
import { fixedSource } from "../../../src/tool/fixed-source.ts";
import { timeTool } from "../../../src/tool/time.ts";
import { toolSet } from "../../../src/tool/tool-set.ts";
import { rejectionError } from "../../support/rejection.ts";

const clock = timeTool({ type: "time", name: "clock" });

/** Has its tool once it was prepared, and then this health. */
function started(health: ToolHealth): ToolSource {
  let isPrepared = false;
  return {
    ...fixedSource("srv", []),
    prepare: () => Promise.resolve().then(() => void (isPrepared = true)),
    tools: () => (isPrepared ? [clock] : []),
    health: () => (isPrepared ? health : { state: "ready" }),
  };
}

test("a turn has the tools that were started for it", async () => {
  const set = toolSet([started({ state: "ready" })]);
  expect(await preparedTools(set, new AbortController().signal)).toEqual([clock]);
});

test("a turn that lacks a tool is none: it says which and why", async () => {
  const set = toolSet([started({ state: "degraded", reason: "no such program" })]);
  const error = await rejectionError(preparedTools(set, new AbortController().signal));
  expect(error).toBeInstanceOf(ToolsUnavailable);
  expect(error).toHaveProperty("message", 'tool "srv": no such program');
});

test("a turn that is stopped meanwhile goes no further", async () => {
  const stop = new AbortController();
  const set = toolSet([started({ state: "degraded", reason: "no such program" })]);
  stop.abort(new Error("The caller is gone"));
  expect(await rejectionError(preparedTools(set, stop.signal))).toHaveProperty("message", "The caller is gone");
});

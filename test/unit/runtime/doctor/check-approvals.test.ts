import { expect, test } from "bun:test";
import type { ToolConfig } from "../../../../src/manifest/tools/config.ts";
import { checkApprovals } from "../../../../src/runtime/doctor/check-approvals.ts";
import { linesOf } from "./findings.ts";

const publish: ToolConfig = { type: "publish", name: "tell", allow: [], ask: ["plant.x"], maxPayloadBytes: 1 };
const callers = { trust: "any", allow: [], deny: [], approve: [] as string[] } as const;

test("an agent whose tools ask for nothing has no such check", () => {
  expect(checkApprovals({ name: "a", tools: [{ ...publish, ask: [] }], callers })).toBeUndefined();
  expect(checkApprovals({ name: "a", tools: [{ type: "time", name: "time" }], callers })).toBeUndefined();
});

test("without callers who may approve, only the operator can, which is a warning", async () => {
  const check = checkApprovals({ name: "a", tools: [publish], callers });
  expect(check?.name).toBe("approvals a");
  expect(check && (await linesOf(check))).toEqual([
    "warning: Only this machine's operator can approve what tell asks for",
  ]);
});

test("with them it is well", async () => {
  const check = checkApprovals({ name: "a", tools: [publish], callers: { ...callers, approve: ["A.B"] } });
  expect(check && (await linesOf(check))).toEqual([
    "ok: 1 of callers.approve and this machine's operator may approve what tell asks for",
  ]);
});

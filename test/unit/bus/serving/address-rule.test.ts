import { expect, test } from "bun:test";
import { judgeClaim, servingInstance, takenReason } from "../../../../src/bus/serving/address-rule.ts";
import type { Heartbeat } from "../../../../src/protocol/heartbeat.ts";

function beat(changes: Partial<Heartbeat>): Heartbeat {
  return { agent: "a", owner: "o", instance_id: "M", ts: "", interval_s: 30, state: "ready", ...changes };
}

test("of two that serve the smaller id goes on", () => {
  expect(judgeClaim(beat({}), "A")).toBe("yields");
  expect(judgeClaim(beat({}), "Z")).toBe("serves");
});

test("exactly one of any two goes on", () => {
  for (const [one, two] of [
    ["a", "b"],
    ["B", "a"],
    ["9", "A"],
  ] as const) {
    const verdicts = [judgeClaim(beat({ instance_id: two }), one), judgeClaim(beat({ instance_id: one }), two)];
    expect(verdicts.toSorted()).toEqual(["serves", "yields"]);
  }
});

test("one that drains, or withdrew, does not serve; one that is degraded for another reason does", () => {
  expect(judgeClaim(beat({ state: "draining" }), "Z")).toBe("idle");
  expect(judgeClaim(beat({ state: "degraded", reason: takenReason("X") }), "Z")).toBe("idle");
  expect(judgeClaim(beat({ state: "degraded", reason: "model away" }), "Z")).toBe("serves");
});

test("an implementation that does not know the rule never yields, so we do", () => {
  const { state, ...stateless } = beat({});
  expect(state).toBe("ready");
  expect(judgeClaim(stateless, "A")).toBe("serves");
});

test("who withdrew names who serves", () => {
  expect(servingInstance(beat({ state: "degraded", reason: takenReason("X") }))).toBe("X");
  expect(servingInstance(beat({}))).toBe("M");
});

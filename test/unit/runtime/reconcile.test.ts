import { expect, test } from "bun:test";
import type { AgentDefinition } from "../../../src/runtime/agent-definition.ts";
import { Reconciler } from "../../../src/runtime/reconcile.ts";
import { agentDefinition } from "../../support/agent-definition.ts";
import { recordedLog } from "../../support/recorded-log.ts";

function reconciler() {
  const events: string[] = [];
  const drains: (() => void)[] = [];
  const running = new Reconciler({
    log: recordedLog(),
    onGone: (name) => void events.push(`gone ${name}`),
    start: (definition) => {
      const { name, instructions } = definition.config;
      if (instructions === "broken") throw new RangeError("No subject");
      events.push(`start ${name}`);
      return {
        definition,
        drain: async () => {
          events.push(`drain ${name}`);
          await new Promise<void>((resolve) => drains.push(resolve));
        },
      };
    },
  });
  const apply = (...definitions: readonly AgentDefinition[]) =>
    running.apply(new Map(definitions.map((definition) => [definition.config.name, definition])), 1000);
  const finishDrains = async () => {
    for (const finish of drains.splice(0)) finish();
    await running.drained();
  };
  return { running, events, apply, finishDrains };
}

test("what is new is started and what is equal is not touched", () => {
  const { running, events, apply } = reconciler();
  apply(agentDefinition("a"));
  const [before] = running.agents();
  apply(agentDefinition("a"), agentDefinition("b"));
  expect(events).toEqual(["start a", "start b"]);
  expect(running.agents()[0]).toBe(before);
});

test("what is gone drains, and is gone when that is done", async () => {
  const { running, events, apply, finishDrains } = reconciler();
  apply(agentDefinition("a"), agentDefinition("b"));
  apply(agentDefinition("b"));
  expect(running.agents()).toHaveLength(2);
  expect(events).not.toContain("gone a");
  await finishDrains();
  expect(events).toEqual(["start a", "start b", "drain a", "gone a"]);
  expect(running.agents()).toHaveLength(1);
});

test("what changed is registered anew before the old one drains, and is never gone", async () => {
  const { events, apply, finishDrains } = reconciler();
  apply(agentDefinition("a"));
  apply(agentDefinition("a", { instructions: "Be brief." }));
  await finishDrains();
  expect(events).toEqual(["start a", "start a", "drain a"]);
});

test("a changed secret of an endpoint is a change of the agent", () => {
  const { events, apply } = reconciler();
  apply(agentDefinition("a", {}, "one"));
  apply(agentDefinition("a", {}, "two"));
  expect(events).toEqual(["start a", "start a", "drain a"]);
});

test("an agent that cannot be started leaves the others and its former self alone", () => {
  const { running, events, apply } = reconciler();
  apply(agentDefinition("a"));
  apply(agentDefinition("a", { instructions: "broken" }), agentDefinition("b"));
  expect(events).toEqual(["start a", "start b"]);
  expect(running.failures().get("a")?.reason).toBe("No subject");
  apply(agentDefinition("a"), agentDefinition("b"));
  expect(running.failures().size).toBe(0);
});

test("shutdown is a wish for nothing", async () => {
  const { running, apply, finishDrains } = reconciler();
  apply(agentDefinition("a"), agentDefinition("b"));
  apply();
  await finishDrains();
  expect(running.agents()).toEqual([]);
});

test("what was done is told: each agent in one list", async () => {
  const { apply, finishDrains } = reconciler();
  expect(apply(agentDefinition("a"), agentDefinition("b"), agentDefinition("c"))).toMatchObject({
    added: ["a", "b", "c"],
  });
  const plan = apply(agentDefinition("a"), agentDefinition("b", { instructions: "Be brief." }), agentDefinition("d"));
  expect(plan).toEqual({ added: ["d"], changed: ["b"], removed: ["c"], same: ["a"] });
  await finishDrains();
});

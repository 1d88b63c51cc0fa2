import { expect, test } from "bun:test";
import { AgentSlot, type ToldAgents } from "../../../src/runtime/agent-slot.ts";
import type { RunningAgent } from "../../../src/runtime/running-agent.ts";
import { agentDefinition } from "../../support/agent-definition.ts";

interface Stand extends RunningAgent {
  readonly id: string;
  isHeld: boolean;
  /** How long its turns may go on, once it drains. */
  drainMs: number | undefined;
  /** Its turns have ended. */
  readonly finish: () => void;
}

function standIn(id: string): Stand {
  const ended = Promise.withResolvers<undefined>();
  const definition = agentDefinition("helper");
  const stand: Stand = {
    id,
    definition,
    isHeld: false,
    drainMs: undefined,
    finish: () => ended.resolve(undefined),
    setHeld: (isHeld) => void (stand.isHeld = isHeld),
    status: () => ({
      name: "helper",
      instanceId: id,
      state: stand.drainMs === undefined ? "ready" : "draining",
      models: [],
      inFlight: 1,
      queued: 0,
      requests: 10,
      errors: 0,
      source: definition.config.source,
    }),
    drain: async (timeoutMs) => {
      stand.drainMs = timeoutMs;
      await ended.promise;
    },
  };
  return stand;
}

function slots(told: ToldAgents = new Map()) {
  const started: Stand[] = [];
  const failing = { isFailing: false };
  const start = () => {
    if (failing.isFailing) throw new Error("No subject");
    const agent = standIn(`i${started.length + 1}`);
    started.push(agent);
    return agent;
  };
  return { started, told, failing, open: () => new AgentSlot(agentDefinition("helper"), { start, told }) };
}

test("a stop ends the agent's turns within the time, shows it draining until then, and stopped after", async () => {
  const { started, open } = slots();
  const slot = open();
  const stopped = slot.stop(5_000);
  expect(slot.status()).toMatchObject({ state: "draining", inFlight: 1 });
  expect(started[0]?.drainMs).toBe(5_000);
  started[0]?.finish();
  await stopped;
  expect(slot.status()).toMatchObject({ name: "helper", state: "stopped", models: ["local"], inFlight: 0 });
});

test("an agent that was told to stop or to drain stays so when a reload replaces it, until it is told to serve", async () => {
  const { started, open } = slots();
  const first = open();
  started[0]?.finish();
  await first.stop(0);
  const second = open();
  expect([started.length, second.status().state]).toEqual([1, "stopped"]);
  second.hold();
  expect(started[1]?.isHeld).toBe(true);
  const third = open();
  expect(started[2]?.isHeld).toBe(true);
  third.serve();
  expect(started[2]?.isHeld).toBe(false);
  expect(open().status().state).toBe("ready");
  expect(started[3]?.isHeld).toBe(false);
});

test("a restart has the new one serve before the old one drains, and counts the turns of both", () => {
  const { started, open } = slots();
  const slot = open();
  slot.restart(7_000);
  expect(slot.status()).toMatchObject({ instanceId: "i2", state: "ready", inFlight: 2, requests: 20 });
  expect(started.map(({ drainMs }) => drainMs)).toEqual([7_000, undefined]);
});

test("a restart that fails leaves all as it was", () => {
  const { started, failing, open } = slots();
  const slot = open();
  failing.isFailing = true;
  expect(() => slot.restart(0)).toThrow("No subject");
  expect(slot.status()).toMatchObject({ instanceId: "i1", state: "ready" });
  expect(started[0]?.drainMs).toBeUndefined();
});

test("what the manifest has no more is gone when all of it has ended, what ends after a restart included", async () => {
  const { started, open } = slots();
  const slot = open();
  slot.restart(7_000);
  let isOver = false;
  const gone = slot.drain(1_000).then(() => (isOver = true));
  expect(slot.isGone).toBe(true);
  expect(started.map(({ drainMs }) => drainMs)).toEqual([1_000, 1_000]);
  started[1]?.finish();
  await Promise.resolve();
  expect(isOver).toBe(false);
  started[0]?.finish();
  await gone;
  expect(slot.status().state).toBe("stopped");
});

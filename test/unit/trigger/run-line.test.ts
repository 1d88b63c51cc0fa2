import { afterEach, beforeEach, expect, test } from "bun:test";
import { ServiceError } from "../../../src/protocol/service-error.ts";
import { maxWaiting, RunLine } from "../../../src/trigger/run-line.ts";
import { keptRuns, RunStore } from "../../../src/trigger/store/run-store.ts";
import { answered, ScriptedTriggers, settled, trigger } from "../../support/scripted-trigger.ts";
import { type SetClock, setClock } from "../../support/set-clock.ts";

const minutely = trigger({ type: "every", everyMs: 60_000 });

let clock: SetClock;
let triggers: ScriptedTriggers;

beforeEach(() => {
  clock = setClock(Date.parse("2026-06-01T10:00:00Z"));
  triggers = new ScriptedTriggers(clock);
});
afterEach(() => triggers.close());

test("a run that is refused with a time to come back at is tried again within the deadline, as the same run", async () => {
  const busy = new ServiceError(429, "busy", "Busy", { retry_after_s: 20 });
  triggers.answering = (prompt) => (triggers.prompts.length < 3 ? { type: "refused", error: busy } : answered(prompt));
  triggers.attach({ ...minutely, overlap: "queue" });
  clock.advance(60_000);
  await settled();
  clock.advance(20_000);
  await settled();
  clock.advance(20_000);
  await settled();
  expect(triggers.runs()).toMatchObject([{ state: "done", answer: "Fine" }]);
  expect(new Set(triggers.prompts.map(({ id }) => id)).size).toBe(3);
});

test("a run that is refused for longer than the deadline fails, with the reason", async () => {
  const away = new ServiceError(500, "model_unreachable", "The model is away", { retry_after_s: 25 });
  triggers.answering = () => ({ type: "refused", error: away });
  triggers.attach(minutely);
  clock.advance(60_000);
  for (let turn = 0; turn < 4; turn++) {
    await settled();
    clock.advance(25_000);
  }
  await settled();
  expect(triggers.runs()[0]).toMatchObject({ state: "failed", reason: "model_unreachable: The model is away" });
});

test("a run that was waiting to begin when the process ended begins in the next one", async () => {
  const busy = new ServiceError(429, "busy", "Busy", { retry_after_s: 20 });
  triggers.answering = () => ({ type: "refused", error: busy });
  triggers.attach(minutely);
  clock.advance(60_000);
  await settled();
  await triggers.endProcess();
  triggers.answering = answered;
  expect(triggers.runs()).toMatchObject([{ state: "queued" }]);
  triggers.attach(minutely);
  await settled();
  expect(triggers.runs()).toMatchObject([{ state: "done" }]);
});

test("what waits is bounded, and what is over it is recorded as skipped", async () => {
  const { store, line, gate } = lineOfItsOwn();
  for (let tick = 0; tick < maxWaiting + 10; tick++) {
    line.tick({ dueMs: clock.wallMs() + tick }, () => undefined);
    await settled();
  }
  expect(line.waiting).toBe(maxWaiting);
  expect(store.runs({ last: 1 })).toMatchObject([{ state: "skipped", times: 9, reason: "100 wait already" }]);
  const stopped = line.stop();
  gate.resolve(undefined);
  await stopped;
  store.close();
});

test("of each trigger the latest runs are kept, and no more", () => {
  const store = RunStore.open(triggers.folder);
  const add = (name: string, number: number) =>
    store.add({ agent: "a", trigger: name, id: `${name}${number}`, kind: "every", dueMs: number }, "failed");
  store.together(() => {
    for (let run = 0; run < keptRuns + 50; run++) add("odd", run);
    for (let run = 0; run < 100; run++) add("even", run);
  });
  const kept = store.runs({ last: 10_000 });
  expect(kept.filter((run) => run.trigger === "odd").length).toBe(keptRuns);
  expect(kept.filter((run) => run.trigger === "even").length).toBe(100);
  store.close();
});

test("a run that cannot be recorded is not run, and it is said once", async () => {
  const { store, line, gate } = lineOfItsOwn();
  store.close();
  for (let tick = 0; tick < 3; tick++) line.tick({ dueMs: tick }, () => undefined);
  await settled();
  expect(triggers.prompts).toEqual([]);
  expect(
    triggers.log.messages().filter((message) => message === "A run cannot be recorded, and is not run").length,
  ).toBe(1);
  gate.resolve(undefined);
  await line.stop();
});

/** Without a desk; its agent answers when the gate is open. */
function lineOfItsOwn() {
  const store = RunStore.open(triggers.folder);
  const gate = Promise.withResolvers<undefined>();
  const line = new RunLine({
    key: { agent: "helper", trigger: "t" },
    config: { ...minutely, overlap: "queue" },
    store,
    clock,
    log: triggers.log,
    agent: () => ({
      address: { agent: "muster", owner: "test", name: "helper" },
      maxPayloadBytes: 1024,
      deadlineMs: 60_000,
      prompt: async (prompt) => {
        triggers.prompts.push(prompt);
        await gate.promise;
        return answered(prompt);
      },
      setNote: () => undefined,
    }),
    before: Promise.resolve(),
    onAnswer: () => undefined,
  });
  return { store, line, gate };
}

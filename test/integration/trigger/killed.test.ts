// A runtime that is killed around the ticks of its triggers, and one whose clock is set while they run.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "@nats-io/transport-node";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { fakedClock, missingForFakedClock } from "../../support/faked-clock.ts";
import { mayRun } from "../../support/may-run.ts";
import { startMuster } from "../../support/muster.ts";
import { startNatsServer } from "../../support/nats-server.ts";
import { runsOf } from "../../support/runs-of.ts";
import { startScriptedModel } from "../../support/scripted-model.ts";
import { until } from "../../support/until.ts";

setDefaultTimeout(120_000);

const rounds = 8;

test("killed around its ticks again and again: no tick has two runs, and each answer arrives", async () => {
  await using stack = new AsyncDisposableStack();
  const nats = stack.adopt(await startNatsServer({ jetstream: true }), (one) => one.stop());
  const model = stack.use(startScriptedModel());
  const outside = stack.adopt(await connect({ servers: nats.url }), (one) => one.close());
  const heard: string[] = [];
  outside.subscribe("ticks", {
    callback: (_error, message) => void heard.push(message.headers?.get("Nats-Msg-Id") ?? ""),
  });
  await outside.flush();
  const muster = stack.adopt(
    await startMuster({
      manifest: `
identity: { owner: test }
nats: { servers: ["${nats.url}"] }
models: { local: { provider: ollama, url: "${model.url}", model: "m?tokens=2" } }
defaults: { model: local, instructions: You answer., concurrency: 4 }
agents:
  ticker:
    triggers:
      by-clock: { cron: "* * * * * *", prompt: "Run <{{run}}> of {{time}}", catch_up: last, deliver: { nats: ticks } }
      by-interval: { every: 1s, prompt: "Run <{{run}}>", catch_up: last, overlap: queue, deliver: { nats: ticks } }
`,
    }),
    (one) => one.stop(),
  );
  for (let round = 0; round < rounds; round++) {
    // Each round at another place in the second: before a tick, during its run, while its answer is on its way.
    await Bun.sleep(1_000 - (Date.now() % 1_000) + ((round * 130) % 1_000));
    await muster.kill();
    await muster.restart();
  }
  const runs = await until("all answers to be delivered", async () => {
    const all = await runsOf(muster, "ticker");
    return all.filter(({ delivery }) => delivery === "pending").length <= 1 && all;
  });
  const ticks = runs
    .filter(({ trigger, state }) => trigger === "by-clock" && state !== "skipped")
    .map(({ due }) => due);
  expect(ticks.length).toBeGreaterThan(rounds);
  expect(new Set(ticks).size).toBe(ticks.length);
  const lastRun = /Run <run-[^>]+>(?!.*Run <)/;
  const asked = model.received.chats().flatMap(({ body }) => lastRun.exec(JSON.stringify(body["messages"])) ?? []);
  expect(new Set(asked).size).toBe(asked.length);
  const delivered = runs.filter(({ delivery }) => delivery === "delivered").map(({ id }) => String(id));
  expect(delivered.filter((id) => !heard.includes(id))).toEqual([]);
  const interrupted = runs.filter(({ state }) => state === "failed");
  expect(interrupted.filter(({ reason }) => reason !== "The runtime ended during the run")).toEqual([]);
});

describe.if(mayRun("triggers under a clock that is set", missingForFakedClock()))("a clock that is set", () => {
  test("by a day, back and ahead, gives no tick two runs and stops none", async () => {
    await using stack = new AsyncDisposableStack();
    const folder = stack.adopt(await mkdtemp(join(tmpdir(), "muster-clock-")), (path) =>
      rm(path, { recursive: true, force: true }),
    );
    const clock = fakedClock(join(folder, "time"));
    const nats = stack.adopt(await startNatsServer(), (one) => one.stop());
    const model = stack.use(startScriptedModel());
    const muster = stack.adopt(
      await startMuster({
        environment: clock.environment,
        manifest: `
identity: { owner: test }
nats: { servers: ["${nats.url}"] }
models: { local: { provider: ollama, url: "${model.url}", model: "m?tokens=2" } }
defaults: { model: local, instructions: You answer., concurrency: 4 }
agents:
  ticker:
    triggers:
      by-clock: { cron: "* * * * * *", prompt: Well? }
      by-interval: { every: 1s, prompt: Well? }
`,
      }),
      (one) => one.stop(),
    );
    const done = async (trigger: string) =>
      (await runsOf(muster)).filter((run) => run["trigger"] === trigger && run["state"] === "done");
    for (const days of [-1, 0, 1, 0]) {
      const before = { clock: (await done("by-clock")).length, interval: (await done("by-interval")).length };
      clock.set(days);
      await until("three runs of each", async () => {
        const [byClock, byInterval] = [await done("by-clock"), await done("by-interval")];
        return byClock.length >= before.clock + 3 && byInterval.length >= before.interval + 3;
      });
    }
    const ticks = (await runsOf(muster)).filter(({ trigger, state }) => trigger === "by-clock" && state !== "skipped");
    expect(new Set(ticks.map(({ due }) => due)).size).toBe(ticks.length);
  });
});

// A runtime whose clock jumps by years, ahead and back, while everything of it runs. Its NATS server's clock stays true.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { fakedClock, type FakedClock, missingForFakedClock } from "../../support/faked-clock.ts";
import { jsonRecord } from "../../support/json-record.ts";
import { mayRun } from "../../support/may-run.ts";
import { type RunningMuster, startMuster } from "../../support/muster.ts";
import { type RunningNatsServer, startNatsServer } from "../../support/nats-server.ts";
import { type RawCaller, rawCaller } from "../../support/raw-caller.ts";
import { type ScriptedModel, startScriptedModel } from "../../support/scripted-model.ts";
import { until } from "../../support/until.ts";

const years = 5 * 365;
const limitMs = 60_000;

describe.if(mayRun("a clock that jumps", missingForFakedClock()))("a clock that jumps by years", () => {
  let folder: string;
  let clock: FakedClock;
  let nats: RunningNatsServer;
  let model: ScriptedModel;
  let caller: RawCaller;
  let listener: NatsConnection;
  let muster: RunningMuster;
  /** When each beat came, by a clock that nobody sets, and what it said of the time. */
  const beats: { readonly atMs: number; readonly year: string }[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "muster-clock-"));
    clock = fakedClock(join(folder, "time"));
    nats = await startNatsServer({ jetstream: true });
    model = startScriptedModel();
    model.script("scripted", { tokens: 60, delayMs: 100 });
    model.script("stuck", { status: 503, retryAfter: "1" });
    caller = await rawCaller(nats.url);
    listener = await connect({ servers: nats.url });
    listener.subscribe("agents.hb.muster.clock.helper", {
      callback: (_error, message) =>
        void beats.push({ atMs: performance.now(), year: String(jsonRecord(message.string())["ts"]).slice(0, 4) }),
    });
    muster = await startMuster({
      manifest: `
identity: { owner: clock }
nats: { servers: ["${nats.url}"] }
endpoints: { m: { provider: ollama, url: "${model.url}", parallel: 4 } }
models: { scripted: { endpoint: m, model: scripted }, stuck: { endpoint: m, model: stuck } }
agents:
  helper: { model: scripted, instructions: Be kind., heartbeat: 1s, deadline: 20s }
  waiter: { model: stuck, instructions: Be patient. }
`,
      environment: clock.environment,
    });
  }, limitMs);

  afterAll(async () => {
    await muster.stop();
    await caller.close();
    await listener.close();
    await model.stop();
    await nats.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test(
    "breaks no turn, no beat and no job that waits, and its way back doesn't either",
    async () => {
      const submitted = await muster.command(["submit", "waiter", "Later?", "--id", "later", "--ttl", "1h"]);
      expect(submitted.code).toBe(0);
      const answer = caller.prompt("agents.prompt.muster.clock.helper", "Tell me much.");
      await answer.until((so) => so.text().length > 0);
      const year = new Date().getFullYear();
      clock.set(years);
      await until("a beat of another time", () => beats.at(-1)?.year === String(year + 5));
      clock.set(-years);
      await until("a beat of a time long ago", () => beats.at(-1)?.year === String(year - 5));
      clock.set(years);
      const whole = await answer.done;
      expect(whole.error()).toBeUndefined();
      expect(whole.text()).toBe("word ".repeat(60));
      const gaps = beats.slice(1).map(({ atMs }, at) => atMs - (beats[at]?.atMs ?? 0));
      expect(Math.max(...gaps)).toBeLessThan(3_000);
      const { agents, uptimeS, bus } = await muster.status();
      expect(agents.map(({ state }) => state)).toEqual(["ready", "ready"]);
      expect([uptimeS < 60, bus.state]).toEqual([true, "connected"]);

      model.script("stuck", { text: "At last." });
      await until(
        "the job to be run",
        async () => {
          const { stdout } = await muster.command(["jobs", "--json"]);
          return stdout.includes('"done"');
        },
        40_000,
      );
    },
    limitMs,
  );
});

// One runner at a real queue, with a bus that holds back what the test wants to happen at the same time.

import { afterAll, beforeAll, expect, test } from "bun:test";
import type { BusConnection } from "../../../../src/bus/connection/connection.ts";
import { openBus } from "../../../../src/bus/connection/open-bus.ts";
import type { JobAgent } from "../../../../src/bus/jobs/job-agent.ts";
import { JobRunner } from "../../../../src/bus/jobs/job-runner.ts";
import { ensureJobStreams } from "../../../../src/bus/jobs/job-streams.ts";
import { JobTally } from "../../../../src/bus/jobs/job-tally.ts";
import { publishKept } from "../../../../src/bus/jobs/jetstream.ts";
import { listJobs } from "../../../../src/bus/jobs/list-jobs.ts";
import { jobSubject } from "../../../../src/protocol/job-subjects.ts";
import { type RunningNatsServer, startNatsServer } from "../../../support/nats-server.ts";
import { silentLog } from "../../../support/silent-log.ts";
import { until } from "../../../support/until.ts";

const address = { agent: "muster", owner: "edge1", name: "inspector" };

let nats: RunningNatsServer;
let bus: BusConnection;

beforeAll(async () => {
  nats = await startNatsServer({ jetstream: true });
  bus = openBus({ settings: { servers: [nats.url] }, clientName: "test", log: silentLog() });
  await bus.connected();
  await ensureJobStreams(bus, address);
});

afterAll(async () => {
  await bus.close();
  await nats.stop();
});

test("two messages of one job that are in hand at once are one job", async () => {
  for (const text of ["first", "second"]) {
    await publishKept(bus, jobSubject(address), new TextEncoder().encode(text), { "Muster-Job-Id": "twice" });
  }
  const seen: string[] = [];
  const tally = new JobTally();
  tally.looked(new Map());
  const held = holdLookups(bus);
  const runner = new JobRunner({ bus: held.bus, agent: agent(seen), log: silentLog(), tally });
  const ended = runner.run();
  await until("both in hand", () => tally.of(address.name)?.running === 2);
  // Whoever is to look for an earlier result has asked by now, and hears that there is none.
  await new Promise((resolve) => setImmediate(resolve));
  held.release();
  await until("one result, and an empty queue", async () => {
    const jobs = await Array.fromAsync(listJobs(bus));
    return jobs.length === 1 && jobs[0]?.state === "done" && tally.of(address.name)?.running === 0;
  });
  runner.stop();
  await ended;
  expect(seen).toEqual(["first"]);
});

/** Requests for stored messages go out when they are released; all else at once. */
function holdLookups(target: BusConnection): { readonly bus: BusConnection; release(): void } {
  const waiting: (() => void)[] = [];
  let isHeld = true;
  const publish: BusConnection["publish"] = (subject, payload, options) => {
    if (!isHeld || !subject.includes(".STREAM.MSG.GET.")) return target.publish(subject, payload, options);
    waiting.push(() => void target.publish(subject, payload, options));
    return true;
  };
  const proxied = new Proxy(target, {
    get(real, key): unknown {
      if (key === "publish") return publish;
      const value: unknown = Reflect.get(real, key);
      return typeof value === "function" ? (...given: unknown[]): unknown => Reflect.apply(value, real, given) : value;
    },
  });
  return {
    bus: proxied,
    release: () => {
      isHeld = false;
      for (const send of waiting.splice(0)) send();
    },
  };
}

function agent(seen: string[]): JobAgent {
  return {
    address,
    concurrency: 4,
    isReady: () => true,
    onChange: () => () => undefined,
    runJob: ({ payload }) => {
      const text = new TextDecoder().decode(payload);
      seen.push(text);
      return Promise.resolve({ type: "answer", text, attachments: [] });
    },
  };
}

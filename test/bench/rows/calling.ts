// What a prompt costs beside a plain request of NATS, what signing adds to it, and what it takes to know ten thousand agents.

import { createUser } from "@nats-io/nkeys";
import type { NatsConnection } from "@nats-io/transport-node";
import { connect, type Connection, prompt } from "../../../src/library/client.ts";
import { startNatsServer } from "../../support/nats-server.ts";
import type { BenchContext } from "../support/bench-context.ts";
import { startHelper } from "../support/helper-process.ts";
import { cpuMs, rssMb } from "../support/process-figures.ts";
import { alone, over, ratio, type Row } from "../support/row.ts";
import { median } from "../support/statistics.ts";
import { connectBus } from "../support/streams.ts";

const instant = "muster-library/bench/instant";
const slices = 10;
const agents = 10_000;
const beatS = 30;

export async function callingRows(bench: BenchContext): Promise<readonly Row[]> {
  return [...(await promptRows(bench)), await signingRow(bench), ...(await rosterRows(bench))];
}

async function promptRows(bench: BenchContext): Promise<readonly Row[]> {
  const host = await startHelper([...bench.program("instant-agent.ts"), bench.nats.url]);
  const connection = await connect({ servers: bench.nats.url });
  const plain = await connectBus(bench.nats.url);
  try {
    const rows: Row[] = [];
    for (const callers of [1, 64]) {
      const rates = { prompt: [] as number[], request: [] as number[] };
      for (let slice = 0; slice < slices; slice++) {
        rates.prompt.push(await perSecond(callers, () => prompt(connection, target, "hi").text()));
        rates.request.push(await perSecond(callers, () => plain.request("bench.echo", "hi")));
      }
      rows.push(promptRow(callers, median(rates.prompt), median(rates.request)));
    }
    return rows;
  } finally {
    await plain.close();
    await connection.close();
    await host.stop();
  }
}

/** As discovery gives it: what is measured is the prompt alone. */
const target = {
  address: instant,
  agent: "muster-library",
  owner: "bench",
  name: "instant",
  description: "",
  state: "ready",
  instances: [],
  target: {
    promptSubject: "agents.prompt.muster-library.bench.instant",
    acceptsAttachments: false,
    protocolVersion: "0.3",
    compatibility: "same",
    minSenderTrust: "any",
  },
} as const;

function promptRow(callers: number, value: number, request: number): Row {
  const what = `prompts of ${callers} caller${callers === 1 ? "" : "s"} at one instant agent`;
  const reference = { what: "plain requests", value: request };
  return ratio({ what, unit: "/s", value, reference }, 0.1);
}

/** Calls of `callers` at once, each one after the other, for a tenth of a second or more. */
async function perSecond(callers: number, call: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  let done = 0;
  const caller = async (): Promise<void> => {
    do {
      await call();
      done += 1;
    } while (performance.now() - startedAt < 200);
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return (done * 1_000) / (performance.now() - startedAt);
}

async function signingRow(bench: BenchContext): Promise<Row> {
  const user = createUser();
  const seed = new TextDecoder().decode(user.getSeed());
  const server = await startNatsServer({
    config: `authorization { users: [ { nkey: ${user.getPublicKey()} }, { user: plain, password: plain } ] }`,
  });
  const host = await startHelper([...bench.program("instant-agent.ts"), server.url, seed]);
  const signing = await connect({ servers: server.url, nkeySeed: seed });
  const plain = await connect({ servers: server.url, user: "plain", password: "plain" });
  try {
    const times = { signed: [] as number[], unsigned: [] as number[] };
    for (let at = 0; at < 400; at++) {
      times.signed.push(await promptMs(signing));
      times.unsigned.push(await promptMs(plain));
    }
    const reference = { what: "unsigned", value: median(times.unsigned) };
    return over({ what: "a signed prompt", unit: "ms", value: median(times.signed), reference }, 1);
  } finally {
    await plain.close();
    await signing.close();
    await host.stop();
    await server.stop();
  }
}

async function promptMs(connection: Connection): Promise<number> {
  const startedAt = performance.now();
  await prompt(connection, target, "hi").text();
  return performance.now() - startedAt;
}

async function rosterRows(bench: BenchContext): Promise<readonly Row[]> {
  const keeper = await startHelper([...bench.program("roster.ts"), bench.nats.url]);
  const plain = await connectBus(bench.nats.url);
  try {
    await beatOf(plain, 1);
    const before = await rssMb(keeper.pid);
    await beatOf(plain, agents);
    const grown = (await rssMb(keeper.pid)) - before;
    const startMs = await cpuMs(keeper.pid);
    for (let round = 0; round < slices; round++) await beatOf(plain, agents);
    const share = ((await cpuMs(keeper.pid)) - startMs) / slices / (beatS * 1_000);
    const alike = { what: "with one", value: before };
    return [
      alone({ what: "growth of RSS by a roster of 10,000 agents", unit: "MB", value: grown, reference: alike }, 60),
      alone(
        {
          what: "processor for 10,000 agents that beat every 30 s",
          unit: "% of a core",
          value: share * 100,
          reference: { what: "none", value: 0 },
        },
        10,
      ),
    ];
  } finally {
    await plain.close();
    await keeper.stop();
  }
}

/** Each of so many agents beats once; resolves when the keeper knows them. */
async function beatOf(nats: NatsConnection, count: number): Promise<void> {
  for (let at = 0; at < count; at++) {
    const id = `BENCH${String(at).padStart(17, "0")}`;
    const ts = new Date().toISOString();
    const beat = {
      agent: "muster",
      owner: "bench",
      instance_id: id,
      ts,
      interval_s: beatS,
      state: "ready",
      in_flight: 0,
    };
    nats.publish(`agents.hb.muster.bench.agent-${at}`, JSON.stringify({ ...beat, model: "qwen3:1.7b" }));
    if (at % 1_000 === 999) await nats.flush();
  }
  await nats.flush();
  for (let tries = 0; tries < 100; tries++) {
    const answer = await nats.request("bench.count", "", { timeout: 10_000 });
    if (Number(answer.string()) >= count) return;
  }
  throw new Error(`The roster never knew ${count} agents`);
}

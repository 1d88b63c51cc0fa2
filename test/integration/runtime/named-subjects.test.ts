// The bundled server with keys lets the runtime use the subjects that the manifest names, also those of a later one, and no others.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connect, type NatsConnection, nkeyAuthenticator } from "@nats-io/transport-node";
import { type RunningMuster, startMuster } from "../../support/muster.ts";
import { runsOf } from "../../support/runs-of.ts";
import { type ScriptedModel, startScriptedModel } from "../../support/scripted-model.ts";
import { until } from "../../support/until.ts";

setDefaultTimeout(60_000);

let model: ScriptedModel;
let muster: RunningMuster;
/** With the runtime's key: hears and says what the runtime may. */
let outside: NatsConnection;
const heard: string[] = [];

const manifest = (logs: string, alarms: string) => `
identity: { owner: test }
nats: { mode: embedded, embedded: { port: 0, auth: nkey } }
endpoints:
  scripted: { provider: ollama, url: "${model.url}" }
models:
  local: { endpoint: scripted, model: "m?tokens=2" }
  calling: { endpoint: scripted, model: calling, context: 4096 }
agents:
  teller:
    model: calling
    callers: { trust: signed }
    tools:
      tell: { type: publish, allow: [${logs}], ask: ["plant.alarm.>"] }
  hearer:
    model: local
    triggers:
      log: { subject: "plant.log.*", prompt: "{{payload}}", deliver: { nats: plant.alarm.answered } }
  other:
    model: local
    triggers:
      alarm: { subject: "${alarms}", prompt: "{{payload}}" }
`;

beforeAll(async () => {
  model = startScriptedModel();
  muster = await startMuster({ manifest: manifest("plant.log.one", "plant.alarm.*") });
  const seed = await readFile(join(muster.stateDirectory, "nats", "runtime.nk"));
  const { url } = (await muster.status()).bus;
  outside = await connect({ servers: url ?? "", authenticator: nkeyAuthenticator(seed.subarray(0, 58)) });
  outside.subscribe("plant.log.*", { callback: (_error, { subject }) => void heard.push(subject) });
  await outside.flush();
});

afterAll(async () => {
  await outside.close();
  await muster.stop();
  await model.stop();
});

async function tell(subject: string): Promise<string> {
  model.script("calling", {
    steps: [{ calls: [{ name: "tell", input: { subject, payload: "Hello" } }] }, { text: "Said." }],
  });
  const { code, stderr } = await muster.command(["ask", "teller", "Tell them"]);
  if (code !== 0) throw new Error(stderr);
  return JSON.stringify(model.received.chats().findLast(({ body }) => body["model"] === "calling")?.body["messages"]);
}

async function doneRuns(agent: string, event: string): Promise<number> {
  return (await runsOf(muster, agent)).filter((run) => run["event"] === event && run["state"] === "done").length;
}

test("a tool publishes what it is allowed, a trigger hears it, and its answer is delivered to the next", async () => {
  expect(await tell("plant.log.one")).toContain("Published 5 bytes");
  await until("the message", () => heard.includes("plant.log.one"));
  await until("its run", async () => (await doneRuns("hearer", "plant.log.one")) === 1);
  await until("the run of its answer", async () => (await doneRuns("other", "plant.alarm.answered")) === 1);
  expect(muster.log()).not.toContain("NATS permissions forbid");
});

test("a trigger hears what others say", async () => {
  outside.publish("plant.alarm.l3", "Too hot");
  await until("its run", async () => (await doneRuns("other", "plant.alarm.l3")) === 1);
});

test("what a later manifest names is allowed, what it names no more is not, and no client is put off", async () => {
  const { since, serverRestarts } = (await muster.status()).bus;
  const config = join(muster.stateDirectory, "nats", "nats-server.conf");
  await writeFile(join(muster.folder, "agents.yaml"), manifest("plant.log.two", "plant.fault.*"));
  expect((await muster.command(["reload"])).code).toBe(0);
  await until("the server to be told", async () => {
    const text = await readFile(config, "utf8");
    return text.includes("plant.log.two") && text.includes("plant.fault.*") && !text.includes("plant.log.one");
  });
  await until("the tool to be allowed", async () => (await tell("plant.log.two")).includes("Published 5 bytes"));
  await until("the message", () => heard.includes("plant.log.two"));
  await until("the trigger to be allowed", async () =>
    (await muster.status()).agents.every(({ reason }) => reason === undefined),
  );
  expect((await muster.status()).bus).toMatchObject({ since, serverRestarts });
  expect(outside.isClosed()).toBe(false);
  const refused = Promise.withResolvers<string>();
  outside.subscribe("plant.alarm.l3", { callback: (error) => refused.resolve(error?.message ?? "") });
  expect(await refused.promise).toContain("Permissions Violation");
});

// Programs that are no callers, on the bundled server with keys: each hears and says what the manifest names for it, and nothing else.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connect, type NatsConnection, nkeyAuthenticator, nkeys } from "@nats-io/transport-node";
import { type RunningMuster, startMuster } from "../../support/muster.ts";
import { runsOf } from "../../support/runs-of.ts";
import { type ScriptedModel, startScriptedModel } from "../../support/scripted-model.ts";
import { until } from "../../support/until.ts";

setDefaultTimeout(60_000);

const ownKey = nkeys.createUser();
let model: ScriptedModel;
let muster: RunningMuster;
/** With a key that it made itself. */
let press: NatsConnection;

beforeAll(async () => {
  model = startScriptedModel();
  model.script("calling", {
    steps: [{ calls: [{ name: "look", input: { subject: "line3.state" } }] }, { text: "Told." }],
  });
  muster = await startMuster({
    manifest: `
identity: { owner: test }
nats:
  mode: embedded
  embedded:
    port: 0
    auth: nkey
    programs:
      press: { key: ${ownKey.getPublicKey()}, publish: ["line3.alarm.*"], subscribe: [line3.explained, line3.state] }
      ann: { publish: [line3.alarm.ann] }
models:
  local: { provider: ollama, url: "${model.url}", model: "m?tokens=2" }
  calling: { provider: ollama, url: "${model.url}", model: calling, context: 4096 }
agents:
  explainer:
    model: local
    triggers: { alarm: { subject: "line3.alarm.*", prompt: "{{payload}}", deliver: { nats: line3.explained } } }
  looker:
    model: calling
    callers: { trust: signed }
    tools: { look: { type: request, allow: [line3.state] } }
`,
  });
  press = await connectWith(ownKey.getSeed());
});

afterAll(async () => {
  await press.close();
  await muster.stop();
  await model.stop();
});

async function connectWith(seed: Uint8Array): Promise<NatsConnection> {
  const { url } = (await muster.status()).bus;
  return connect({ servers: url ?? "", authenticator: nkeyAuthenticator(seed) });
}

const runsFor = async (event: string) => (await runsOf(muster, "explainer")).filter((run) => run["event"] === event);

/** What the server says to a subscription. */
function refusalOf(connection: NatsConnection, subject: string): Promise<string> {
  const said = Promise.withResolvers<string>();
  connection.subscribe(subject, { callback: (error) => said.resolve(error?.message ?? "heard") });
  return said.promise;
}

test("a program with its own key starts a trigger and hears the answer", async () => {
  const heard = Promise.withResolvers<string>();
  press.subscribe("line3.explained", { callback: (_error, message) => heard.resolve(message.string()) });
  press.publish("line3.alarm.hot", "Too hot");
  expect(await heard.promise).toContain("word word");
});

test("it answers what a tool asks", async () => {
  press.subscribe("line3.state", { callback: (_error, message) => void message.respond("81 degrees") });
  await press.flush();
  const { code, stdout } = await muster.command(["ask", "looker", "Look"]);
  expect([code, stdout.trim()]).toEqual([0, "Told."]);
  const last = model.received.chats().findLast(({ body }) => body["model"] === "calling");
  expect(JSON.stringify(last?.body["messages"])).toContain("81 degrees");
});

test("it prompts no agent, hears no agent, no caller and no other subject, and says nothing elsewhere", async () => {
  for (const subject of ["agents.hb.>", "agents.prompt.>", "_INBOX.>", "line3.alarm.*", "muster.>"])
    expect(await refusalOf(press, subject)).toContain("Permissions Violation");
  const refused: string[] = [];
  void (async () => {
    for await (const status of press.status()) if (status.type === "error") refused.push(status.error.message);
  })();
  for (const subject of ["agents.prompt.muster.test.explainer", "line3.explained", "$SRV.PING", "$JS.API.INFO"])
    press.publish(subject, "{}", { reply: "line3.state" });
  await until("its refusals", () => refused.length === 4);
});

test("a caller's own key may do what the program of its name may, from its making on; other callers may not", async () => {
  expect(muster.log()).toContain('Nobody is the program \\"ann\\" yet');
  expect((await muster.command(["identity", "add", "ann"])).code).toBe(0);
  const seedOf = (name: string) => readFile(join(muster.stateDirectory, "nats", name));
  const ann = await connectWith((await seedOf("callers/ann.nk")).subarray(0, 58));
  const other = await connectWith((await seedOf("caller.nk")).subarray(0, 58));
  other.publish("line3.alarm.ann", "No");
  await other.flush();
  ann.publish("line3.alarm.ann", "Yes");
  await until("its run", async () => (await runsFor("line3.alarm.ann")).length > 0);
  expect(await runsFor("line3.alarm.ann")).toHaveLength(1);
  await ann.close();
  await other.close();
});

test("a reload lets further programs in and others out, and nobody else notices", async () => {
  const gaugeKey = nkeys.createUser();
  const file = join(muster.folder, "agents.yaml");
  const before = await readFile(file, "utf8");
  const further = `      gauge: { key: ${gaugeKey.getPublicKey()}, publish: [line3.alarm.gauge] }\n`;
  await writeFile(
    file,
    before.replace(/^ +ann: .*\n/m, (line) => line + further),
  );
  const reload = await muster.command(["reload"]);
  expect([reload.code, reload.stdout.includes("restart")]).toEqual([0, false]);
  const gauge = await until("it to be let in", () => connectWith(gaugeKey.getSeed()).catch(() => undefined));
  gauge.publish("line3.alarm.gauge", "Low");
  await until("its run", async () => (await runsFor("line3.alarm.gauge")).length > 0);
  await writeFile(file, before);
  await muster.command(["reload"]);
  await gauge.closed();
  expect(await connectWith(gaugeKey.getSeed()).then(() => "let in", String)).toContain("Authorization Violation");
  expect(press.isClosed()).toBe(false);
  await press.flush();
  expect((await muster.status()).bus.serverRestarts).toBe(0);
});

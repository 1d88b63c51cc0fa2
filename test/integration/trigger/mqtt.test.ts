// Triggers by MQTT with a real broker: TLS and a password, QoS 1, a broker that goes away and comes back, a last will.

import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mayRun } from "../../support/may-run.ts";
import { missingForMosquitto, type Mosquitto, type OutsideListener, startMosquitto } from "../../support/mosquitto.ts";
import { type RunningMuster, startMuster } from "../../support/muster.ts";
import { runsOf } from "../../support/runs-of.ts";
import { type ScriptedModel, startScriptedModel } from "../../support/scripted-model.ts";
import { until } from "../../support/until.ts";

setDefaultTimeout(60_000);

const canRun = mayRun("MQTT triggers", missingForMosquitto());
const password = "correct-horse-battery";

describe.if(canRun)("an MQTT broker with TLS and a password", () => {
  let broker: Mosquitto;
  let model: ScriptedModel;
  let muster: RunningMuster;
  let outside: OutsideListener;

  beforeAll(async () => {
    broker = await startMosquitto({ tls: true, user: { name: "press", password } });
    model = startScriptedModel();
    outside = await broker.listen("#");
    muster = await startMuster({
      environment: { MQTT_PASSWORD: password },
      manifest: `
identity: { owner: test }
nats: { embedded: { port: 0 } }
mqtt:
  plant:
    url: mqtts://localhost:${broker.port}
    user: press
    password: "\${MQTT_PASSWORD}"
    tls: { ca_file: "${join(broker.folder, "ca.pem")}" }
    keep_alive: 2s
    will: { topic: press-07/state, payload: gone, online: here }
models: { local: { provider: ollama, url: "${model.url}", model: "m?tokens=2" } }
defaults: { model: local, instructions: You answer., heartbeat: 1s }
agents:
  alarms:
    triggers:
      alarm: { mqtt: line3/+/alarm, prompt: "{{topic}}: {{payload}}", deliver: { mqtt: line3/explained } }
      all-of-line: { mqtt: line3/press/#, conversation: none }
  other: {}
`,
    });
  });

  afterAll(async () => {
    await muster.stop();
    await broker.stop();
    await model.stop();
  });

  const done = async (trigger: string) =>
    (await runsOf(muster, "alarms")).filter((run) => run["trigger"] === trigger && run["state"] === "done");
  const heard = (topic: string) => outside.lines.filter((line) => line.startsWith(`${topic} `));

  test("it is told that we are here, and each message starts one run of each trigger whose filter takes it", async () => {
    await until("the word that we are here", () => heard("press-07/state").includes("press-07/state here"));
    await broker.publish("line3/press/alarm", "Too hot");
    await until("the answer", () => heard("line3/explained").length === 1);
    expect(heard("line3/explained")).toEqual(["line3/explained word word "]);
    await until("the other run", async () => (await done("all-of-line")).length === 1);
    expect((await done("alarm")).length).toBe(1);
    const asked = model.received.chats().map(({ body }) => JSON.stringify(body));
    expect(asked.some((text) => text.includes("line3/press/alarm: Too hot"))).toBe(true);
  });

  test("while it is down the agent serves, its state says what is wrong, and answers wait; then all goes on", async () => {
    await broker.kill();
    const reason = await until("the state to tell", async () => (await muster.status()).agents[0]?.reason);
    expect(reason).toContain('MQTT broker "plant"');
    expect(reason).not.toContain(password);
    const { agents } = await muster.status();
    expect(agents.map(({ state }) => state)).toEqual(["ready", "ready"]);
    expect((await muster.command(["ask", "alarms", "Still there?"])).stdout).toContain("word word");
    const { stdout: ps } = await muster.command(["ps"]);
    expect(ps).toContain('MQTT broker "plant"');
    const before = outside.lines.length;
    await broker.restart();
    await until("the state to be well", async () => (await muster.status()).agents[0]?.reason === undefined, 40_000);
    outside = await broker.listen("#");
    await broker.publish("line3/oven/alarm", "Too cold");
    await until("the answer after it", () => heard("line3/explained").length >= 1);
    expect(before).toBeGreaterThan(0);
    expect(muster.log()).toContain("MQTT broker cannot be used");
    expect(muster.log()).not.toContain(password);
  });

  test("what comes with QoS 1 while our process is dead starts its run when it is back, once; the broker says our last will", async () => {
    const before = (await done("alarm")).length;
    await muster.kill();
    await until("the last will", () => heard("press-07/state").includes("press-07/state gone"), 20_000);
    await broker.publish("line3/oven/alarm", "While you were out");
    await muster.restart();
    await until("its run", async () => (await done("alarm")).length === before + 1);
    await broker.publish("line3/oven/alarm", "And now");
    await until("the next run", async () => (await done("alarm")).length === before + 2);
  });

  test("a process that ends in order says so itself", async () => {
    outside.lines.length = 0;
    await muster.terminate();
    await until("the last word", () => heard("press-07/state").includes("press-07/state gone"));
    await muster.restart();
    await until("the first word", () => heard("press-07/state").includes("press-07/state here"));
  });
});

describe.if(canRun)("a broker that is not there", () => {
  let model: ScriptedModel;
  let muster: RunningMuster;
  let broker: Mosquitto;

  beforeAll(async () => {
    broker = await startMosquitto();
    await broker.kill();
    model = startScriptedModel();
    muster = await startMuster({
      manifest: `
identity: { owner: test }
nats: { embedded: { port: 0 } }
mqtt: { plant: { url: "mqtt://127.0.0.1:${broker.port}", protocol: v3.1.1 } }
models: { local: { provider: ollama, url: "${model.url}", model: "m?tokens=2" } }
defaults: { model: local, instructions: You answer., heartbeat: 1s }
agents:
  ticker: { triggers: { second: { every: 1s, prompt: Well?, deliver: { mqtt: ticks, retain: true } } } }
`,
    });
  });

  afterAll(async () => {
    await muster.stop();
    await broker.stop();
    await model.stop();
  });

  test("keeps nobody from running, and once it is there it gets each answer, with MQTT 3.1.1 too", async () => {
    const waiting = await until("answers that wait", async () => {
      const runs = await runsOf(muster);
      return runs.filter(({ delivery }) => delivery === "pending").length >= 3 && runs;
    });
    expect(waiting[0]?.["deliveryReason"]).toContain('MQTT broker "plant"');
    await broker.restart();
    const outside = await broker.listen("ticks");
    await until(
      "the first answers to be there",
      async () => (await runsOf(muster)).slice(0, 3).every(({ delivery }) => delivery === "delivered"),
      40_000,
    );
    await until("a line", () => outside.lines.length > 0);
    expect(outside.lines[0]).toBe("ticks word word ");
  });
});

describe.if(canRun)("an MQTT broker of version 5", () => {
  test("carries a trace from a message to its turn, and with the answer to the next", async () => {
    const broker = await startMosquitto({});
    const model = startScriptedModel();
    const muster = await startMuster({
      manifest: `
identity: { owner: test }
nats: { embedded: { port: 0 } }
mqtt: { plant: { url: "mqtt://127.0.0.1:${broker.port}", protocol: v5 } }
models: { local: { provider: ollama, url: "${model.url}", model: "m?tokens=2" } }
defaults: { model: local }
agents:
  first: { triggers: { alarm: { mqtt: line3/alarm, deliver: { mqtt: line3/first } } } }
  second: { triggers: { next: { mqtt: line3/first } } }
`,
    });
    try {
      await until("the link", () => muster.log().includes("MQTT broker connected"));
      const traceId = "0af7651916cd43dd8448eb211c80319c";
      const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
      const property = ["-V", "5", "-D", "publish", "user-property", "traceparent", traceparent];
      await until("both turns", async () => {
        if ((await runsOf(muster, "first")).length === 0) await broker.publish("line3/alarm", "hot", property);
        return (await runsOf(muster, "second")).some(({ state }) => state === "done");
      });
      const turns = muster
        .log()
        .split("\n")
        .filter((line) => line.includes("Turn answered"));
      for (const agent of ["first", "second"])
        expect(turns.filter((line) => line.includes(`"${agent}"`) && line.includes(traceId))).not.toEqual([]);
    } finally {
      await muster.stop();
      await broker.stop();
      await model.stop();
    }
  });
});

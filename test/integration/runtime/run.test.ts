import { afterAll, describe, expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { MusterOptions, RunningMuster } from "../../support/muster.ts";
import { mustersOfTests } from "../../support/musters-of-tests.ts";
import { startNatsServer } from "../../support/nats-server.ts";
import { rawCaller } from "../../support/raw-caller.ts";
import { openScriptedBus } from "../../support/scripted-bus.ts";
import { type Script, startScriptedModel } from "../../support/scripted-model.ts";
import { until } from "../../support/until.ts";

const subject = "agents.prompt.muster.test.helper";
const { nats, model, caller, close } = await openScriptedBus();
const startInTest = mustersOfTests();

afterAll(close);

function manifest(options: { readonly url?: string; readonly agent?: string } = {}): string {
  return `
identity: { owner: test }
nats: { servers: ["${nats.url}"] }
endpoints:
  scripted: { provider: ollama, url: "${options.url ?? model.url}", parallel: 4 }
models:
  local: { endpoint: scripted, model: scripted, context: 4096 }
agents:
  helper: { model: local, instructions: Be kind., concurrency: 2${options.agent ?? ""} }
`;
}

async function start(script: Script, options: Partial<MusterOptions> = {}): Promise<RunningMuster> {
  model.script("scripted", script);
  return startInTest({ manifest: manifest(), ...options });
}

function logged(muster: RunningMuster, message: string): Record<string, unknown> | undefined {
  const lines = muster.log().split("\n");
  return lines.map(parseLine).find((entry) => entry["message"] === message);
}

function parseLine(line: string): Record<string, unknown> {
  if (!line.endsWith("}")) return {};
  const value: unknown = JSON.parse(line);
  return typeof value === "object" && value !== null ? { ...value } : {};
}

describe("muster run", () => {
  test("answers a prompt on the bus, and logs the call without what was said", async () => {
    const muster = await start({ text: "Yes, it is so." });
    const answer = await caller.prompt(subject, "Is it so?").done;
    expect(answer.text()).toBe("Yes, it is so.");
    expect(answer.statuses()[0]).toBe("ack");
    await until("the turn to be logged", () => logged(muster, "Turn answered"));
    expect(logged(muster, "Agent serves")).toMatchObject({ subject });
    expect(logged(muster, "Model call")).toMatchObject({ agent: "helper", model: "local", provider: "ollama" });
    expect(logged(muster, "Model call")?.["tokens_out"]).toBeNumber();
    expect(muster.log()).not.toContain("it is so");
  });

  test("remembers a session and keeps another apart", async () => {
    await start({ text: "Noted." });
    const ask = (prompt: string, session: string) => caller.prompt(subject, JSON.stringify({ prompt, session })).done;
    await ask("My name is Ada.", "one");
    await ask("Who am I?", "one");
    await ask("Who am I?", "two");
    const bodies = model.received.requests.slice(-3).map(({ body }) => JSON.stringify(body["messages"]));
    expect(bodies[1]).toContain("My name is Ada.");
    expect(bodies[1]).toContain("Noted.");
    expect(bodies[2]).not.toContain("Ada");
  });

  test("refuses an attachment that no model could read, without an ack", async () => {
    await start({ text: "Yes" });
    const attachments = [{ filename: "x.bin", content: Buffer.from([0, 1, 2]).toString("base64") }];
    const answer = await caller.prompt(subject, JSON.stringify({ prompt: "See?", attachments })).done;
    expect(answer.statuses()).toEqual([]);
    expect(answer.error()).toMatchObject({ code: "400", error: "unsupported_attachment", filename: "x.bin" });
  });

  test("takes an empty answer for an error", async () => {
    await start({ text: "" });
    const answer = await caller.prompt(subject, "Well?").done;
    expect(answer.error()).toMatchObject({ code: "500", error: "model_invalid" });
  });

  test("lets a turn finish after SIGTERM, refuses new ones, and exits with 0", async () => {
    const muster = await start({ tokens: 40, delayMs: 25 });
    const stream = caller.prompt(subject, "Go on.");
    await stream.until((answer) => answer.text() !== "");
    const exit = muster.terminate();
    const answer = await stream.done;
    expect(answer.text()).toBe("word ".repeat(40));
    expect(answer.error()).toBeUndefined();
    expect(await exit).toBe(0);
    expect(stream.late()).toBe(0);
    expect(logged(muster, "Agent stopped")).toMatchObject({ agent: "helper" });
  });

  test("ends at once at a second signal", async () => {
    const muster = await start({ tokens: 2, stallAfter: 1 });
    const stream = caller.prompt(subject, "Go on.");
    await stream.until((answer) => answer.text() !== "");
    const exit = muster.terminate();
    await until("the drain", () => logged(muster, "Agent drains"));
    process.kill(muster.pid(), "SIGTERM");
    expect(await exit).toBe(130);
    stream.stop();
  });

  test("is degraded while its model cannot be reached, refuses with a time, and is ready again without a restart", async () => {
    const own = startScriptedModel();
    const { port } = own;
    await own.stop();
    const muster = await start({}, { manifest: manifest({ url: own.url }), acceptsDegraded: true });
    const refused = await caller.prompt(subject, "Hello?").done;
    expect(refused.error()).toMatchObject({ code: "500", error: "model_unreachable" });
    expect(refused.error()?.["retry_after_s"]).toBeNumber();
    expect(refused.statuses()).toEqual([]);
    expect((await muster.status()).agents[0]).toMatchObject({ state: "degraded" });
    const back = startScriptedModel({ port });
    await until("the agent to be ready", async () => (await muster.status()).agents[0]?.state === "ready");
    expect((await caller.prompt(subject, "Hello?").done).text()).not.toBe("");
    await muster.stop();
    await back.stop();
  });

  test("is degraded while its model is missing, and ready again once it was pulled", async () => {
    const muster = await start({ missing: true }, { acceptsDegraded: true });
    const status = await until("the look", async () => {
      const [agent] = (await muster.status()).agents;
      return agent?.state === "degraded" ? agent : undefined;
    });
    expect(status.reason).toContain('run "ollama pull scripted" there');
    const refused = await caller.prompt(subject, "Hello?").done;
    expect(refused.error()).toMatchObject({ code: "500", error: "model_not_found" });
    expect(refused.statuses()).toEqual([]);
    model.script("scripted", { text: "Here I am." });
    await until("the agent to be ready", async () => (await muster.status()).agents[0]?.state === "ready", 30_000);
    expect((await caller.prompt(subject, "Hello?").done).text()).toBe("Here I am.");
  }, 60_000);

  test.if(process.platform === "linux")(
    "is degraded while its model does not fit into memory, and ready again once it does",
    async () => {
      const muster = await start({ sizeBytes: 2 ** 50 }, { acceptsDegraded: true });
      const [agent] = (await muster.status()).agents;
      expect(agent).toMatchObject({ state: "degraded" });
      expect(agent?.reason).toContain("needs about 1048576.0 GB of memory to be loaded");
      const refused = await caller.prompt(subject, "Hello?").done;
      expect(refused.error()).toMatchObject({ code: "500", error: "model_no_memory" });
      expect(refused.error()?.["retry_after_s"]).toBeNumber();
      expect(refused.statuses()).toEqual([]);
      model.script("scripted", { sizeBytes: 1000, text: "Small enough." });
      await until("the agent to be ready", async () => (await muster.status()).agents[0]?.state === "ready", 30_000);
      expect((await caller.prompt(subject, "Hello?").done).text()).toBe("Small enough.");
    },
    60_000,
  );

  test("uses the manifest's proxy only, whatever proxies the environment names", async () => {
    const asked: string[] = [];
    const fetch = (request: Request) => {
      asked.push(request.url);
      return new Response("No way", { status: 502 });
    };
    const proxy = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch });
    const names = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
    const environment = Object.fromEntries(names.map((name) => [name, proxy.url.href]));
    const muster = await start({ text: "Straight from there." }, { environment });
    expect((await caller.prompt(subject, "Hello?").done).text()).toBe("Straight from there.");
    expect(asked).toEqual([]);
    await muster.stop();
    const meant = manifest().replace("parallel: 4", 'parallel: 4, proxy: "${MEANT_PROXY}"');
    await start({}, { manifest: meant, environment: { MEANT_PROXY: proxy.url.href, NO_PROXY: "*" } });
    await caller.prompt(subject, "Hello?").done;
    expect(asked).toContain(`${model.url}/api/chat`);
    await proxy.stop(true);
  });

  test("starts the last good agents when the manifest is broken after a restart", async () => {
    const muster = await start({ text: "Still here." });
    await muster.kill();
    await writeFile(join(muster.folder, "agents.yaml"), "agents:\n  helper: { modell: x }\n");
    await muster.restart();
    expect((await caller.prompt(subject, "Hello?").done).text()).toBe("Still here.");
    const [file] = (await muster.status()).files;
    expect(file?.usesLastGood).toBe(true);
    expect(file?.problems.join("\n")).toContain("modell");
  });

  test("prints every problem of a manifest that was never good, and exits with 1", async () => {
    const muster = await start({});
    const file = join(muster.folder, "bad.yaml");
    await writeFile(file, "agents:\n  helper: { modell: x, queue: many }\n");
    const state = join(muster.folder, "other-state");
    const result = await muster.command(["run", "-f", file, "--state", state]);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain("modell");
    expect(result.stderr).toContain("queue");
  });

  test("refuses a state directory that another one holds", async () => {
    const muster = await start({});
    const result = await muster.command(["run"]);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain(`in use by process ${muster.pid()}`);
  });
});

test("muster run stays while NATS is down, and comes up with it", async () => {
  const own = await startNatsServer();
  await own.kill();
  const text = manifest().replace(nats.url, own.url);
  const starting = start({ text: "At last." }, { manifest: text, acceptsNoBus: true });
  const muster = await starting;
  expect((await muster.status()).bus).toMatchObject({ server: "external", state: "connecting" });
  await own.restart();
  await until("the agent", async () => (await muster.status()).agents.every(({ state }) => state === "ready"));
  const late = await rawCaller(own.url);
  expect((await late.prompt(subject, "Hello?").done).text()).toBe("At last.");
  await late.close();
  await muster.stop();
  await own.stop();
});

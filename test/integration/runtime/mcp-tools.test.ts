import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../../build/paths.ts";
import { isRunning, type ProcessIdentity, processIdentity } from "../../../src/host/process-identity.ts";
import { type RunningMuster, startMuster } from "../../support/muster.ts";
import { openScriptedBus } from "../../support/scripted-bus.ts";
import { until } from "../../support/until.ts";

const subject = "agents.prompt.muster.test.helper";
const server = join(root, "test", "fixtures", "hostile-mcp-server.mjs");
const { nats, model, caller, close } = await openScriptedBus();
const started: RunningMuster[] = [];
const folders: string[] = [];

afterEach(async () => {
  for (const muster of started.splice(0)) await muster.stop();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

afterAll(close);

function manifest(command: readonly string[], more = ""): string {
  return `
identity: { owner: test }
nats: { servers: ["${nats.url}"] }
models: { local: { provider: ollama, url: "${model.url}", model: scripted, context: 4096 } }
agents:
  helper:
    model: local
    heartbeat: 1s
    tools: { srv: { type: mcp, command: ${JSON.stringify(command)}${more} } }
`;
}

async function start(text: string, acceptsDegraded = false): Promise<RunningMuster> {
  const muster = await startMuster({ manifest: text, acceptsDegraded });
  started.push(muster);
  return muster;
}

const command = (way: string) => [process.execPath, server, way];
/** The server may hear of the agent's subscription a moment after its runtime called it ready. */
const ask = async () =>
  until("an answer", () =>
    caller.prompt(subject, "Do it").done.catch((error: unknown) => {
      if (String(error).includes("Nobody listens")) return undefined;
      throw error;
    }),
  );

/** The server's processes: it names itself and its child in the description of its tool, which the model is told. */
function processesOf(): readonly ProcessIdentity[] {
  const request = model.received.requests.findLast(({ path, body }) => path === "/api/chat" && "tools" in body);
  const described = /"description":"(\d+) (\d+)"/.exec(JSON.stringify(request?.body));
  return [described?.[1], described?.[2]].map((pid) => {
    const identity = processIdentity(Number(pid));
    if (identity === undefined) throw new Error(`Process ${pid ?? "?"} does not run`);
    return identity;
  });
}

const gone = (processes: readonly ProcessIdentity[]) => () => processes.every((one) => !isRunning(one));

describe("an agent with the tools of an MCP server", () => {
  test("starts it with the first prompt, has the model call its tool, and answers", async () => {
    model.script("scripted", { steps: [{ calls: [{ name: "srv_work", input: {} }] }, { text: "Done." }] });
    const muster = await start(manifest(command("well")));
    const answer = await ask();
    expect(answer.text()).toBe("Done.");
    expect(answer.statuses()).toContain("tool:srv_work");
    const told = JSON.stringify(model.received.requests.at(-1)?.body);
    expect(told).toContain("work of ");
    expect(muster.log()).toContain("hostile 1");
  });

  test("puts what the server asks to its caller, and gives it the answer, which approves nothing", async () => {
    model.script("scripted", { steps: [{ calls: [{ name: "srv_work", input: {} }] }, { text: "Done." }] });
    await start(manifest(command("asks-its-user")));
    const stream = caller.prompt(subject, "Do it");
    const asked = await stream.until(({ frames }) => frames.some(({ body }) => body.includes('"query"')));
    const query = asked.frames.find(({ body }) => body.includes('"query"'))?.body ?? "";
    expect(query).toContain('The MCP server \\"srv\\" asks:\\n> Which line?\\n- line (integer)');
    caller.nats.publish(/"reply_subject":"([^"]+)"/.exec(query)?.[1] ?? "", "3");
    expect((await stream.done).text()).toBe("Done.");
    const told = JSON.stringify(model.received.chats().at(-1)?.body["messages"]);
    expect(told).toContain('{\\\"action\\\":\\\"accept\\\",\\\"content\\\":{\\\"line\\\":3}}');
  });

  test("is degraded while its program is not there, and ready again once it is, without a restart", async () => {
    const folder = await mkdtemp(join(tmpdir(), "muster-mcp-"));
    folders.push(folder);
    const program = join(folder, "server");
    const muster = await start(manifest([program, server, "well"]), true);
    const reason = async () => (await muster.status()).agents[0]?.reason;
    expect(await reason()).toBe(`tool "srv": There is no program "${program}" that can be run`);
    expect((await ask()).error()).toMatchObject({ code: "500", error: "tool_unavailable" });
    await symlink(process.execPath, program);
    await until("the agent to be ready", async () => (await reason()) === undefined, 60_000);
  }, 90_000);

  test("answers the prompt that finds its server broken with tool_unavailable, and is degraded from then on", async () => {
    const muster = await start(manifest(command("dies-at-start")));
    expect((await ask()).error()).toMatchObject({ code: "500", error: "tool_unavailable" });
    const [agent] = (await muster.status()).agents;
    expect(agent?.state).toBe("degraded");
    expect(agent?.reason).toContain('tool "srv": It ended with code 3');
  });

  test.each(["SIGKILL of the runtime", "the end of the runtime", "a reload that changes the agent"])(
    "leaves none of its server's processes behind after %s",
    async (end) => {
      model.script("scripted", { text: "Done." });
      const muster = await start(manifest(command("has-children")));
      await ask();
      const processes = processesOf();
      if (end.startsWith("SIGKILL")) await muster.kill();
      else if (end.startsWith("the end")) expect(await muster.terminate()).toBe(0);
      else {
        await writeFile(join(muster.folder, "agents.yaml"), manifest(command("well")));
        await muster.command(["reload"]);
      }
      await until("their end", gone(processes));
    },
  );
});

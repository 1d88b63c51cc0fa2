// `muster permissions`: a host, a caller and an operator on somebody else's server, with exactly what it prints and no more.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromSource, type RunningMuster, startMuster } from "../../support/muster.ts";
import { type RunningNatsServer, startNatsServer } from "../../support/nats-server.ts";
import { type ProgramResult, runProgram } from "../../support/run-program.ts";
import { type ScriptedModel, startScriptedModel } from "../../support/scripted-model.ts";
import { testUser } from "../../support/test-user.ts";
import { until } from "../../support/until.ts";

const roles = ["host", "caller", "operator"] as const;
const users = { host: testUser(), caller: testUser(), operator: testUser() };

let folder: string;
let model: ScriptedModel;
let nats: RunningNatsServer;
let muster: RunningMuster;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "muster-permissions-"));
  for (const role of roles) await writeFile(join(folder, `${role}.nk`), users[role].seed);
  nats = await startNatsServer({ jetstream: true, config: await serverUsers() });
  model = startScriptedModel();
  muster = await startMuster({
    manifest: `
identity: { owner: plant }
nats: { servers: ["${nats.url}"], nkey_file: "${join(folder, "host.nk")}" }
models:
  local: { provider: ollama, url: "${model.url}", model: "m?tokens=2" }
  refusing: { provider: ollama, url: "${model.url}", model: "r?status=400" }
agents:
  helper: { model: local, callers: { trust: signed } }
  broken: { model: refusing }
`,
  });
});

afterAll(async () => {
  await muster.stop();
  await model.stop();
  await nats.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The printed permissions, put behind each user as they are. */
async function serverUsers(): Promise<string> {
  const lines: string[] = [];
  for (const role of roles) {
    const { stdout } = await run("permissions", role, "--owner", "plant", "--agent", "muster");
    lines.push(`{ nkey: ${users[role].nkey}\n${stdout} }`);
  }
  return `accounts { PLANT { jetstream: enabled, users: [\n${lines.join("\n")}\n] } }`;
}

function run(...args: string[]): Promise<ProgramResult> {
  return runProgram([...fromSource, ...args], { cwd: folder, env: { PATH: process.env["PATH"], HOME: folder } });
}

/** A command of a role: its manifest holds the server and its key, and no agents. */
async function as(role: "caller" | "operator", ...args: string[]): Promise<ProgramResult> {
  const manifest = join(folder, `${role}.yaml`);
  await writeFile(
    manifest,
    `nats: { servers: ["${nats.url}"], nkey_file: "${join(folder, `${role}.nk`)}" }\nagents: {}\n`,
  );
  return run(...args, "-f", manifest);
}

describe("with exactly the printed permissions", () => {
  test("a host serves, and a caller finds, asks and talks, all of it signed", async () => {
    expect((await as("caller", "ps")).stdout).toContain("verified");
    expect(await as("caller", "ask", "helper", "Well?")).toMatchObject({ code: 0, stdout: "word word \n" });
    expect((await as("caller", "identity")).stdout).toContain(`PLANT.${users.caller.nkey}`);
  });

  test("a caller leaves jobs and reads their results, and may not change them; an operator may", async () => {
    expect((await as("caller", "submit", "helper", "Well?", "--id", "good", "--wait")).code).toBe(0);
    expect((await as("caller", "submit", "broken", "Well?", "--id", "bad", "--tries", "1", "--wait")).code).toBe(1);
    expect((await as("caller", "jobs")).stdout).toContain("bad");
    const removed = await as("caller", "jobs", "rm", "good");
    expect(removed.code).toBe(1);
    expect(removed.stderr).toContain("may not publish");
    expect(await as("operator", "jobs", "replay", "bad")).toMatchObject({ code: 0 });
    expect(await as("operator", "jobs", "rm", "good")).toMatchObject({ code: 0 });
    expect((await as("operator", "jobs", "show", "good")).code).toBe(3);
  });

  test("nothing was refused but what was tried in vain", async () => {
    await until("the agents at rest", async () =>
      (await muster.status()).agents.every(({ state }) => state === "ready"),
    );
    const violations = nats
      .log()
      .split("\n")
      .filter((line) => line.includes("Violation"));
    expect(violations.filter((line) => !line.includes("$JS.API.STREAM.PURGE"))).toEqual([]);
    expect(violations.length).toBeGreaterThan(0);
  });
});

describe("permissions", () => {
  test("of a host are those of its own manifest's subjects", async () => {
    const manifest = join(folder, "agents.yaml");
    await writeFile(manifest, "identity: { owner: press-07, agent: own }\nagents: { a: { model: ollama/m } }\n");
    const { stdout } = await run("permissions", "host", "-f", manifest, "--no-jobs");
    expect(stdout).toContain('"agents.prompt.own.press-07.*"');
    expect(stdout).not.toContain("$JS");
  });

  test("of a host have the subjects that its tools and triggers name", async () => {
    const manifest = join(folder, "naming.yaml");
    await writeFile(
      manifest,
      `
agents:
  a:
    model: ollama/m
    callers: { trust: signed }
    tools: { tell: { type: publish, allow: [plant.log], ask: [plant.restart] } }
    triggers: { alarm: { subject: plant.alarm.*, deliver: { nats: plant.explained } } }
`,
    );
    const { stdout } = await run("permissions", "host", "-f", manifest, "--no-jobs", "--nsc");
    expect(stdout).toMatch(
      /--allow-pub \S+,plant\.explained,plant\.log,plant\.restart --allow-sub \S+,plant\.alarm\.\*\n$/,
    );
    const whose = ["--owner", "press-07", "--agent", "own"];
    expect((await run("permissions", "host", "-f", manifest, ...whose)).stdout).toContain("plant.alarm.*");
    expect((await run("permissions", "caller", "-f", manifest)).stdout).not.toContain("plant");
  });

  test("come as flags for nsc, too", async () => {
    const { stdout } = await run("permissions", "caller", "--nsc", "--no-jobs", "--inbox", "_INBOX_ann");
    expect(stdout).toBe(
      "--allow-pub $SRV.INFO.agents,agents.prompt.>,agents.status.>,_INBOX.>,$SYS.REQ.USER.INFO " +
        "--allow-sub agents.hb.*.*.*,_INBOX_ann.>\n",
    );
  });

  test("of a role that there is not are a mistake in the command line", async () => {
    expect((await run("permissions", "boss")).code).toBe(2);
    expect((await run("permissions", "host", "--owner", "a.b")).code).toBe(2);
    expect((await run("permissions", "caller", "--inbox", "a.>")).code).toBe(2);
  });
});

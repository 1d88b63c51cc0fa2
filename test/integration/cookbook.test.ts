// The recipes of the cookbook, as the page has them: each checks clean, and does what it is for.
// Only what belongs to the machine is another: where model and bus are, ports, folders, and how long a trigger waits.

import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { checkedManifest } from "../support/checked-manifest.ts";
import { type Recipe, recipeOf, recipes } from "../support/cookbook.ts";
import { jsonRecord } from "../support/json-record.ts";
import { mayRun } from "../support/may-run.ts";
import { mcpServers, missingForMcpServers } from "../support/mcp-servers.ts";
import type { RunningMuster } from "../support/muster.ts";
import { mustersOfTests } from "../support/musters-of-tests.ts";
import { runsOf } from "../support/runs-of.ts";
import { scratchFolder } from "../support/scratch-folder.ts";
import { openScriptedBus } from "../support/scripted-bus.ts";
import type { Script } from "../support/scripted-model.ts";
import { until } from "../support/until.ts";

setDefaultTimeout(90_000);

const { nats, model, caller, close } = await openScriptedBus();
const folder = scratchFolder();
const startInTest = mustersOfTests();

afterAll(close);

/** The recipe's manifest with `changes` made, each of which must find something to change. */
function placed({ manifest }: Recipe, changes: Readonly<Record<string, string>>): string {
  const ownBus = "embedded: { auth: nkey }";
  const bus = manifest.includes(ownBus) ? "" : `nats: { servers: ["${nats.url}"] }\n`;
  const all = bus === "" ? { ...changes, [ownBus]: "embedded: { auth: nkey, port: 0 }" } : changes;
  let text = manifest;
  for (const [from, to] of Object.entries(all)) {
    if (!text.includes(from)) throw new Error(`The recipe does not say "${from}"`);
    text = text.replaceAll(from, to);
  }
  return `endpoints: { ollama: { provider: ollama, url: "${model.url}", parallel: 4 } }\n${bus}${text}`;
}

async function start(
  recipe: Recipe,
  changes: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>> = {},
): Promise<RunningMuster> {
  const muster = await startInTest({ manifest: placed(recipe, changes), environment });
  expect(await muster.command(["check"])).toMatchObject({ code: 0, stderr: "" });
  return muster;
}

/** What models do from now on, one answer after the other. Returns what they were asked since, newest last, as JSON. */
function play(...steps: Script[]): () => readonly string[] {
  model.script("qwen3:1.7b", { steps });
  const before = model.received.chats().length;
  const asked = () => model.received.chats().slice(before);
  return () => asked().map(({ body }) => JSON.stringify(body["messages"]));
}

/** A command of the page, as it stands there. */
function run(muster: RunningMuster, recipe: Recipe, beginning: string) {
  return muster.command(recipe.words(beginning));
}

test("there are five, and each checks clean", () => {
  expect(recipes).toHaveLength(5);
  for (const { title, manifest } of recipes) {
    const { problems, warnings } = checkedManifest(manifest, { variables: { GATEWAY_KEY: "correct-horse" } });
    expect([title, ...problems, ...warnings]).toEqual([title]);
  }
});

test("the inspector reads, looks, and restarts a service after the operator's yes, not before", async () => {
  const recipe = recipeOf("inspector");
  const manuals = join(folder, "line3");
  const programs = join(folder, "programs");
  const done = join(folder, "systemctl.log");
  for (const one of [manuals, programs]) await mkdir(one);
  await writeFile(join(manuals, "alarms.md"), "E17: guard door. Restart line3-press once it is shut.\n");
  await writeFile(join(programs, "systemctl"), `#!/bin/sh\necho "$@" >>${done}\necho "$2 was told: $1"\n`);
  await chmod(join(programs, "systemctl"), 0o755);
  const asked = play(
    {
      calls: [
        { name: "clock", input: {} },
        { name: "manuals_search", input: { text: "E17" } },
        { name: "services", input: { argv: ["systemctl", "status", "line3-press"] } },
        { name: "services", input: { argv: ["systemctl", "stop", "line3-press"] } },
      ],
    },
    { calls: [{ name: "services", input: { argv: ["systemctl", "restart", "line3-press"] } }] },
    { text: "It runs again." },
  );
  const PATH = `${programs}:${process.env["PATH"] ?? ""}`;
  const muster = await start(recipe, { "/var/lib/line3": manuals }, { PATH });
  const answer = run(muster, recipe, "muster ask");
  const waiting = await until("the question", async () => {
    const { stdout } = await muster.command(["approvals", "--json"]);
    return stdout === "" ? undefined : jsonRecord(stdout);
  });
  expect(waiting["action"]).toContain("systemctl restart line3-press");
  expect(await readFile(done, "utf8")).toBe("status line3-press\n");
  expect((await run(muster, recipe, "muster approvals")).stdout).toContain(String(waiting["id"]));
  expect((await muster.command(["approve", String(waiting["id"])])).code).toBe(0);
  expect(await answer).toMatchObject({ code: 0, stdout: "It runs again.\n" });
  expect(await readFile(done, "utf8")).toBe("status line3-press\nrestart line3-press\n");
  const read = asked().at(-1);
  for (const text of ["Europe/Berlin", "E17: guard door", "is not allowed with these words", "was told: restart"]) {
    expect(read).toContain(text);
  }
  const { stdout } = await run(muster, recipe, "muster approvals --last");
  expect(stdout).toContain("systemctl restart line3-press");
});

test("the alarm agent explains each alarm on its subject, and sums up by time what it explained", async () => {
  const recipe = recipeOf("alarm-explainer");
  const heard: { readonly subject: string; readonly text: string }[] = [];
  const [, pattern = ""] = recipe.words("nats sub");
  const hearing = caller.nats.subscribe(pattern, {
    callback: (_error, message) => void heard.push({ subject: message.subject, text: message.string() }),
  });
  const asked = play({ text: "The guard door is open." }, { text: "One alarm: the door." });
  const muster = await start(recipe, {});
  const [, subject = "", payload = ""] = recipe.words("nats pub");
  caller.nats.publish(subject, payload);
  const of = (name: string) => until(name, () => heard.find((message) => message.subject === name)?.text);
  expect(await of("plant.line3.explained")).toBe("The guard door is open.");
  const hurried = placed(recipe, { "every: 1h": "every: 2s" });
  await writeFile(join(muster.folder, "agents.yaml"), hurried);
  expect((await muster.command(["reload"])).code).toBe(0);
  expect(await of("plant.line3.summary")).toBe("One alarm: the door.");
  expect(asked()[0]).toContain("Alarm of press 3: E17 guard door.");
  expect(asked()[1]).toContain("The guard door is open.");
  await until("both to be recorded", async () => {
    const runs = await runsOf(muster, "alarm-explainer");
    return ["alarm", "hourly"].every((name) => runs.some((one) => one["trigger"] === name && one["state"] === "done"));
  });
  expect((await run(muster, recipe, "muster runs")).stdout).toContain("delivered");
  hearing.unsubscribe();
});

test("the reception hands over to maintenance, asks the store, and finds who is there", async () => {
  const recipe = recipeOf("reception");
  const muster = await start(recipe, {});
  const { stdout: roster } = await run(muster, recipe, "muster ps");
  for (const name of ["reception", "maintenance", "store"]) expect(roster).toContain(name);

  const handed = play(
    { calls: [{ name: "maintenance", input: { context: "He is at press 3" } }] },
    { text: "I am maintenance: shut the guard door." },
  );
  const machines = await run(muster, recipe, "muster ask");
  expect(machines).toMatchObject({ code: 0, stdout: "I am maintenance: shut the guard door.\n" });
  expect(handed()).toHaveLength(2);
  expect(handed()[1]).toContain("You are the maintenance of press line 3");
  expect(handed()[1]).toContain("Press 3 says E17. Why?");

  const stored = play(
    {
      calls: [
        { name: "discover_agents", input: {} },
        { name: "store", input: { prompt: "A guard door switch?" } },
      ],
    },
    { text: "Rack 4." },
    { text: "You find it in rack 4." },
  );
  const parts = await run(muster, recipe, 'muster ask reception "Where');
  expect(parts).toMatchObject({ code: 0, stdout: "You find it in rack 4.\n" });
  expect(stored()[1]).toContain("A guard door switch?");
  expect(stored()[2]).toContain("Rack 4.");
  expect(stored()[2]).toContain("Explains machines and alarms");
});

test("the reader gets through the gateway with a key it never sees, is guarded, and stops at its budget", async () => {
  const recipe = recipeOf("gateway-reader");
  const keys: (string | null)[] = [];
  using gateway = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: ({ headers }) => {
      keys.push(headers.get("X-Key"));
      return Response.json({ line: 3, state: "stopped", you: headers.get("X-Key") });
    },
  });
  const at = `http://127.0.0.1:${gateway.port}`;
  const asked = play(
    {
      calls: [
        { name: "gateway", input: { url: `${at}/lines/3/state` } },
        { name: "gateway", input: { url: `${at}/users` } },
      ],
    },
    { text: "Line 3 stands still." },
  );
  const changes = {
    "http://127.0.0.1:9000": at,
    "limit: 30, unit: turns, per: hour": "limit: 1, unit: turns, per: month",
  };
  const muster = await start(recipe, changes, { GATEWAY_KEY: "correct-horse-battery" });
  const denied = await run(muster, recipe, 'muster ask gateway-reader "What');
  expect(denied.code).toBe(1);
  expect(denied.stderr).toContain("credentials");
  expect(asked()).toEqual([]);
  expect(await run(muster, recipe, "muster ask")).toMatchObject({ code: 0, stdout: "Line 3 stands still.\n" });
  expect(keys).toEqual(["correct-horse-battery"]);
  expect(asked()[1]).toContain("stopped");
  expect(asked()[1]).toContain("That request is not allowed");
  expect(asked()[1]).not.toContain("correct-horse");
  const trace = await run(muster, recipe, "muster trace");
  expect(trace.stdout).toMatch(/tool gateway +ok/);
  const spent = await run(muster, recipe, "muster ask");
  expect(spent.code).toBe(1);
  expect(spent.stderr).toContain("budget");
  expect((await run(muster, recipe, "muster status")).stdout).toContain("renews at");
  expect(asked()).toHaveLength(2);
});

test.if(mayRun("the cookbook's MCP server", missingForMcpServers()))(
  "the caretaker reads by MCP, looks by a program, and remembers both over a crash",
  async () => {
    const recipe = recipeOf("caretaker");
    const reports = join(folder, "reports");
    await mkdir(reports);
    await writeFile(join(reports, "today.txt"), "Belt 7 slips\n");
    const program = join(await mcpServers(), "mcp-server-filesystem");
    const asked = play(
      {
        calls: [
          { name: "reports_read_text_file", input: { path: join(reports, "today.txt") } },
          { name: "disk_space", input: { folder: reports } },
          { name: "notes_set", input: { key: "open", text: "Tighten belt 7" } },
        ],
      },
      { text: "Belt 7 is to be tightened." },
      { calls: [{ name: "notes_get", input: { key: "open" } }] },
      { text: "Belt 7." },
    );
    const published = '[npx, -y, "@modelcontextprotocol/server-filesystem@2026.8.31", /var/lib/reports]';
    const changes = { [published]: JSON.stringify(["node", program, reports]), "/var/lib/reports": reports };
    const muster = await start(recipe, changes);
    const first = await run(muster, recipe, "muster ask");
    expect(first).toMatchObject({ code: 0, stdout: "Belt 7 is to be tightened.\n" });
    for (const text of ["Belt 7 slips", "Mounted on", 'Kept \\"open\\"']) expect(asked()[1]).toContain(text);
    await muster.kill();
    await muster.restart();
    const again = await run(muster, recipe, 'muster ask caretaker --session rounds "What');
    expect(again).toMatchObject({ code: 0, stdout: "Belt 7.\n" });
    expect(asked()[2]).toContain("Belt 7 is to be tightened.");
    expect(asked()[3]).toContain("Tighten belt 7");
    expect((await run(muster, recipe, "muster conversations")).stdout).toContain("Belt 7 slips");
  },
);

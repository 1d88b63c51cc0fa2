import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdir, readFile, readlink } from "node:fs/promises";
import { mayRun } from "../support/may-run.ts";
import { type RunningMuster, startMuster } from "../support/muster.ts";
import { type RunningNatsServer, startNatsServer } from "../support/nats-server.ts";
import { type ScriptedModel, startScriptedModel } from "../support/scripted-model.ts";
import { externalNats, scriptedManifest } from "./kill/scripted-manifest.ts";

const missing = process.platform === "linux" ? undefined : "it reads /proc, which Linux has";

describe.if(mayRun("list of a process's connections", missing))("connections", () => {
  let nats: RunningNatsServer;
  let model: ScriptedModel;
  let muster: RunningMuster;

  beforeAll(async () => {
    nats = await startNatsServer();
    model = startScriptedModel();
    muster = await startMuster({ manifest: scriptedManifest(externalNats(nats.url), model.url) });
  });

  afterAll(async () => {
    await muster.stop();
    await model.stop();
    await nats.stop();
  });

  test("a runtime at work is connected to its NATS server and its model, and to nothing else", async () => {
    const asked = muster.command(["ask", "slow", "Tell"]);
    await model.received.request((request) => request.path === "/api/chat");
    const ports = await remotePorts(muster.pid());
    expect(ports).toContain(nats.port);
    expect(ports).toContain(model.port);
    expect(ports.filter((port) => port !== nats.port && port !== model.port)).toEqual([]);
    expect((await asked).code).toBe(0);
  });
});

/** Remote ports of the TCP connections that a process holds; every one here is on the loopback. */
async function remotePorts(pid: number): Promise<readonly number[]> {
  const descriptors = await readdir(`/proc/${pid}/fd`);
  const links = await Promise.all(descriptors.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => "")));
  const inodes = new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
  const tables = [await readFile(`/proc/${pid}/net/tcp`, "utf8"), await readFile(`/proc/${pid}/net/tcp6`, "utf8")];
  const rows = tables.flatMap((table) => table.split("\n").slice(1)).map((row) => row.trim().split(/\s+/));
  const ours = rows.filter((row) => inodes.has(row[9] ?? "") && !(row[2] ?? "").endsWith(":0000"));
  return ours.map((row) => Number.parseInt((row[2] ?? "").split(":")[1] ?? "0", 16));
}

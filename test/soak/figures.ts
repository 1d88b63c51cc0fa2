// What a runtime holds when nothing runs: memory after a collection, open files, subscriptions, disk.

import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { askRuntime } from "../../src/runtime/control-client.ts";
import { type CollectedMemory, isCollectedMemory } from "../../src/runtime/collect.ts";
import { descendantsWith } from "../support/child-processes.ts";
import { jsonRecords, recordOf } from "../support/json-record.ts";
import type { Scene } from "./scene.ts";

export interface Figures {
  readonly atS: number;
  /** Proportional set size of the runtime's own process. */
  readonly pssBytes: number;
  /** Of its NATS server, which is another process after each restart. */
  readonly natsPssBytes: number;
  readonly heapBytes: number;
  readonly heapObjects: number;
  readonly types: Readonly<Record<string, number>>;
  /** Open file descriptors but for the connections kept to the model server. */
  readonly handles: number;
  /** Connections to the model server that are kept open for the next request: as many as were last needed at once. */
  readonly kept: number;
  /** As the NATS server tells them, inboxes made alike. */
  readonly subscriptions: readonly string[];
  /** On disk, without what the executable carries. */
  readonly stateBytes: number;
}

/** Between two collections what was freed by the first has time to be finalised; after the second pages go back to the system. */
const settleMs = 500;

/** Call it when nothing runs. */
export async function takeFigures(scene: Scene, startedAt: number): Promise<Figures> {
  const { muster } = scene;
  await collect(muster.stateDirectory);
  await Bun.sleep(settleMs);
  const { heapBytes, heapObjects, types } = await collect(muster.stateDirectory);
  await Bun.sleep(settleMs);
  const servers = await descendantsWith(muster.pid(), "nats-server");
  const natsPss = await Promise.all(servers.map(pssBytes));
  return {
    atS: (performance.now() - startedAt) / 1000,
    pssBytes: await pssBytes(muster.pid()),
    natsPssBytes: natsPss.reduce((sum, one) => sum + one, 0),
    heapBytes,
    heapObjects,
    types,
    ...(await handles(muster.pid(), Number(new URL(scene.modelUrl).port))),
    subscriptions: await subscriptions(scene),
    stateBytes: (await bytesBelow(muster.stateDirectory)) - (await bytesBelow(join(muster.stateDirectory, "carried"))),
  };
}

async function collect(stateDirectory: string): Promise<CollectedMemory> {
  const result = await askRuntime(stateDirectory, { op: "collect" }, 30_000);
  if (isCollectedMemory(result)) return result;
  throw new Error(`The runtime did not collect: ${JSON.stringify(result)}`);
}

async function pssBytes(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, "utf8").catch(() => "");
  return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) * 1024;
}

async function handles(pid: number, modelPort: number): Promise<Pick<Figures, "handles" | "kept">> {
  const names = await readdir(`/proc/${pid}/fd`);
  const links = await Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => "")));
  const toModel = await socketsTo(pid, modelPort);
  const kept = links.filter((link) => toModel.has(link)).length;
  return { handles: names.length - kept, kept };
}

/** As `/proc/PID/fd` names them. */
async function socketsTo(pid: number, port: number): Promise<ReadonlySet<string>> {
  const lines = (await readFile(`/proc/${pid}/net/tcp`, "utf8")).split("\n").map((line) => line.trim().split(/\s+/));
  const remote = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return new Set(
    lines.filter((fields) => fields[2]?.endsWith(remote) === true).map((fields) => `socket:[${fields[9]}]`),
  );
}

/** Those of the runtime's connections. */
async function subscriptions({ caller }: Scene): Promise<readonly string[]> {
  const answer = await caller.ask("$SYS.REQ.SERVER.PING.CONNZ", { subscriptions: true });
  return jsonRecords(recordOf(answer["data"])["connections"])
    .filter(({ name }) => String(name).startsWith("muster "))
    .flatMap(({ subscriptions_list: list }) => (Array.isArray(list) ? list.map(String) : []))
    .map((subject) => subject.replace(/^_INBOX\.[^.]+/, "_INBOX"))
    .sort();
}

async function bytesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => {
        const found = await lstat(join(entry.parentPath, entry.name)).catch(() => undefined);
        return (found?.blocks ?? 0) * 512;
      }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

// What a soak runs on: the executable, a model server and callers, each a process or a connection of its own.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../../build/paths.ts";
import { type HelperProcess, startHelper } from "../bench/support/helper-process.ts";
import { freePort } from "../support/free-port.ts";
import { JudgedCaller } from "../support/judged-caller.ts";
import { type RunningMuster, startMuster } from "../support/muster.ts";
import { OutsideSubmitter } from "../support/outside-submitter.ts";
import { Disturbances } from "./disturbances.ts";
import { LogWatch } from "./log-watch.ts";
import { soakManifest, soakOwner } from "./soak-manifest.ts";
import { StreamLedger } from "./stream-ledger.ts";

export interface Scene {
  readonly muster: RunningMuster;
  readonly busUrl: string;
  readonly httpUrl: string;
  readonly modelUrl: string;
  readonly dropIns: string;
  readonly caller: JudgedCaller;
  readonly jobs: OutsideSubmitter;
  readonly disturbances: Disturbances;
  readonly streams: StreamLedger;
  readonly log: LogWatch;
  /** Ids of the jobs that the server said it keeps. */
  readonly acknowledged: string[];
  /** Things done, by what they are called in the report. */
  readonly done: Map<string, number>;
  /** What went wrong besides streams and jobs. */
  readonly problems: string[];
  /** Of `agents.yaml`. */
  writeManifest(edition: number): Promise<void>;
  killModel(): Promise<void>;
  startModel(): Promise<void>;
  close(): Promise<void>;
}

export interface SceneOptions {
  readonly executable: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly readyWithinMs: number;
}

export async function openScene({ executable, environment, readyWithinMs }: SceneOptions): Promise<Scene> {
  const [modelPort, busPort, httpPort] = [await freePort(), await freePort(), await freePort()];
  const modelUrl = `http://127.0.0.1:${modelPort}`;
  const busUrl = `nats://127.0.0.1:${busPort}`;
  const manifest = (edition: number): string => soakManifest({ modelUrl, busPort, httpPort, edition });
  const log = new LogWatch();
  let model = await startModel(modelPort);
  const muster = await startMuster({
    manifest: manifest(0),
    program: [executable],
    environment,
    readyWithinMs,
    onLog: (text) => log.take(text),
  }).catch(async (error: unknown) => {
    await model.stop();
    throw new Error(log.tail(), { cause: error });
  });
  const dropIns = join(muster.folder, "agents.d");
  await mkdir(dropIns);
  const caller = await JudgedCaller.connect(busUrl);
  const jobs = await OutsideSubmitter.connect(busUrl, soakOwner);
  return {
    muster,
    busUrl,
    httpUrl: `http://127.0.0.1:${httpPort}`,
    modelUrl,
    dropIns,
    caller,
    jobs,
    disturbances: new Disturbances(),
    streams: new StreamLedger(),
    log,
    acknowledged: [],
    done: new Map(),
    problems: [],
    writeManifest: (edition) => writeFile(join(muster.folder, "agents.yaml"), manifest(edition)),
    killModel: () => model.stop(),
    startModel: async () => {
      model = await startModel(modelPort);
    },
    close: async () => {
      await jobs.close();
      await caller.close();
      await muster.stop();
      await model.stop();
    },
  };
}

/** Adds to what the report counts. */
export function countDone({ done }: Pick<Scene, "done">, what: string): void {
  done.set(what, (done.get(what) ?? 0) + 1);
}

function startModel(port: number): Promise<HelperProcess> {
  return startHelper([process.execPath, join(root, "test", "support", "scripted-model.ts"), "--port", `${port}`]);
}

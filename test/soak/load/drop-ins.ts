// Drop-ins come, are asked, change, and go, each with an agent of a name that was never there before; some are broken.

import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { until } from "../../support/until.ts";
import { judgeStream } from "../judge-stream.ts";
import { countDone, type Scene } from "../scene.ts";
import { dropInManifest, soakOwner } from "../soak-manifest.ts";
import type { Load } from "./load.ts";

/** Longer than a model or NATS is away. */
const limitMs = 90_000;

export const dropIns: Load = {
  name: "drop-ins",
  width: 1,
  pauseMs: 100,
  once: async (scene, turn) => {
    await (turn % 5 === 4 ? breakOne(scene, turn) : comeAndGo(scene, turn));
  },
};

async function comeAndGo(scene: Scene, turn: number): Promise<void> {
  const agent = `drop-${turn}`;
  const file = join(scene.dropIns, `${agent}.yaml`);
  const one = { agent, expected: "word word word " };
  await saveOver(file, dropInManifest(agent, turn, scene.modelUrl));
  await untilReady(scene, agent);
  await Promise.all(
    [1, 2, 3].map((id) => judgeStream(scene, one, JSON.stringify({ prompt: "Hi", session: `d-${id}` }))),
  );
  if (turn % 2 === 0) {
    await Promise.all([judgeStream(scene, one), writeFile(file, dropInManifest(agent, turn + 2, scene.modelUrl))]);
  }
  await rm(file);
  await until(`agent "${agent}" to be gone`, async () => (await stateOf(scene, agent)) === undefined, limitMs);
  countDone(scene, "drop-ins added and removed");
}

async function breakOne(scene: Scene, turn: number): Promise<void> {
  const file = join(scene.dropIns, `broken-${turn}.yaml`);
  await writeFile(file, `agents:\n  broken-${turn}: { modle: quick }\n`);
  await until("a broken drop-in to be told", () => isTold(scene, file), limitMs);
  await rm(file);
  await until("a broken drop-in to be forgotten", async () => !(await isTold(scene, file)), limitMs);
  countDone(scene, "broken drop-ins");
}

async function saveOver(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}

/** As it says itself, on the bus: who asks there is served there. */
async function untilReady({ caller }: Scene, agent: string): Promise<void> {
  const isReady = async (): Promise<boolean> => {
    const beat = await caller.ask(`agents.status.${soakOwner}.${agent}`).catch(() => undefined);
    return beat?.["state"] === "ready";
  };
  await until(`agent "${agent}" to be ready`, isReady, limitMs);
}

async function stateOf({ muster }: Scene, agent: string): Promise<string | undefined> {
  return (await muster.status()).agents.find(({ name }) => name === agent)?.state;
}

async function isTold({ muster }: Scene, file: string): Promise<boolean> {
  return (await muster.status()).files.some((one) => one.file === file && one.problems.length > 0);
}

// Reloads of every kind while an agent that they change answers: by the file's change, by command, by SIGHUP; and restarts of that agent.

import { askRuntime, reloadRuntime } from "../../../src/runtime/control-client.ts";
import { countDone, type Scene } from "../scene.ts";
import type { Load } from "./load.ts";

const limitMs = 30_000;

const ways = [watched, commanded, hungUp, restarted] as const;

export const reloads: Load = {
  name: "reloads",
  width: 1,
  pauseMs: 700,
  once: async (scene, turn) => {
    await ways[turn % ways.length]?.(scene, turn);
    countDone(scene, "reloads and restarts of an agent");
  },
};

function watched(scene: Scene, turn: number): Promise<void> {
  return scene.writeManifest(turn);
}

async function commanded(scene: Scene, turn: number): Promise<void> {
  await scene.writeManifest(turn);
  await reloadRuntime(scene.muster.stateDirectory, { op: "reload" }, limitMs);
}

function hungUp({ muster }: Scene): Promise<void> {
  process.kill(muster.pid(), "SIGHUP");
  return Promise.resolve();
}

async function restarted({ muster }: Scene): Promise<void> {
  await askRuntime(muster.stateDirectory, { op: "restart", agent: "shifting", drainMs: 30_000 }, limitMs);
}

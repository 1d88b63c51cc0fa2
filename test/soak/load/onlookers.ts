// Those who look: status of agents and discovery on the bus, figures over HTTP, readers of the log who go away again.

import { followRuntime } from "../../../src/runtime/control-stream.ts";
import { countDone, type Scene } from "../scene.ts";
import { soakOwner } from "../soak-manifest.ts";
import type { Load } from "./load.ts";

const ways = [status, discovery, figures, log] as const;

export const onlookers: Load = {
  name: "onlookers",
  width: 1,
  pauseMs: 100,
  once: async (scene, turn) => {
    await ways[turn % ways.length]?.(scene);
    countDone(scene, "looks from outside");
  },
};

/** NATS may be away: no answer is no problem of theirs. */
async function status({ caller }: Scene): Promise<void> {
  await caller.ask(`agents.status.${soakOwner}.quick`).catch(() => undefined);
}

async function discovery({ caller }: Scene): Promise<void> {
  await caller.ask("$SRV.INFO.agents").catch(() => undefined);
}

async function figures({ httpUrl }: Scene): Promise<void> {
  const response = await fetch(`${httpUrl}/metrics`);
  if (!response.ok) throw new Error(`/metrics answered ${response.status}`);
  await response.text();
}

async function log({ muster }: Scene): Promise<void> {
  const gone = AbortSignal.timeout(500);
  await followRuntime(muster.stateDirectory, { op: "logs", follow: true }, () => undefined, gone);
}

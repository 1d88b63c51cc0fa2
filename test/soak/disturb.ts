// Takes the model or NATS away in the middle of the load, and brings it back.

import { descendantsWith } from "../support/child-processes.ts";
import { until } from "../support/until.ts";
import type { Disturbance } from "./disturbances.ts";
import type { Scene } from "./scene.ts";
import { asked, subjectOf } from "./soak-manifest.ts";

/** In turn, one a round. */
const turns = ["model", "nats-killed", "model", "nats-ended"] as const;
const backWithinMs = 90_000;

/** The n-th disturbance. Rejects when what it took away does not come back. */
export function disturb(scene: Scene, round: number): Promise<void> {
  const what = turns[round % turns.length] ?? "model";
  const kind: Disturbance = what === "model" ? "model" : "nats";
  return scene.disturbances.during(kind, async () => {
    if (what === "model") await restartModel(scene, round);
    else await endNats(scene, what === "nats-killed" ? "SIGKILL" : "SIGTERM");
    await untilServed(scene);
  });
}

/** Gone for so short that nobody looks in between, or for longer. */
async function restartModel(scene: Scene, round: number): Promise<void> {
  await scene.killModel();
  await Bun.sleep(round % 3 === 0 ? 0 : 2_000);
  await scene.startModel();
}

/** The runtime starts its server again by itself. */
async function endNats({ muster }: Scene, signal: NodeJS.Signals): Promise<void> {
  const ended = await descendantsWith(muster.pid(), "nats-server");
  for (const pid of ended) process.kill(pid, signal);
  await until(
    "another NATS server",
    async () => {
      const now = await descendantsWith(muster.pid(), "nats-server");
      return now.length > 0 && !now.some((pid) => ended.includes(pid));
    },
    backWithinMs,
  );
}

/** All agents ready, and an answer over the bus. */
async function untilServed({ muster, caller }: Scene): Promise<void> {
  const quick = asked[0]?.agent ?? "";
  await until(
    "ready agents and a connected bus",
    async () => {
      const { bus, agents } = await muster.status();
      const isReady = agents.every(({ state }) => state === "ready" || state === "draining");
      return bus.state === "connected" && isReady;
    },
    backWithinMs,
  );
  await until(
    "an answer over the bus",
    async () => {
      const call = caller.call(subjectOf(quick), "Are you back?");
      const isAnswered = call.answer.then(
        ({ ends, errors }) => ends === 1 && errors.length === 0,
        () => false,
      );
      const answer = await Promise.race([isAnswered, Bun.sleep(2_000).then(() => false)]);
      call.leave();
      return answer;
    },
    backWithinMs,
  );
}

// Callers that leave in the middle of an answer that would go on for minutes: by unsubscribing, by closing their connection, and at once.

import { JudgedCaller } from "../../support/judged-caller.ts";
import { countDone, type Scene } from "../scene.ts";
import { endless, subjectOf } from "../soak-manifest.ts";
import type { Load } from "./load.ts";

/** Without a first text by then, it leaves all the same: NATS or the model may be away. */
const patienceMs = 5_000;

const ways = [unsubscribes, disconnects, leavesAtOnce] as const;

export const vanishingCallers: Load = {
  name: "vanishing callers",
  width: 2,
  pauseMs: 200,
  once: async (scene, turn) => {
    await ways[turn % ways.length]?.(scene);
    countDone(scene, "callers that vanished");
  },
};

async function unsubscribes({ caller }: Scene): Promise<void> {
  const call = caller.call(subjectOf(endless), "Go on");
  void call.answer.catch(() => undefined);
  await Promise.race([call.firstText, Bun.sleep(patienceMs)]);
  call.leave();
}

async function disconnects({ busUrl }: Scene): Promise<void> {
  const own = await JudgedCaller.connect(busUrl).catch(() => undefined);
  if (own === undefined) return;
  const call = own.call(subjectOf(endless), "Go on");
  void call.answer.catch(() => undefined);
  await Promise.race([call.firstText, Bun.sleep(patienceMs)]);
  await own.close();
}

function leavesAtOnce({ caller }: Scene): Promise<void> {
  const call = caller.call(subjectOf(endless), "Never mind");
  void call.answer.catch(() => undefined);
  call.leave();
  return Promise.resolve();
}

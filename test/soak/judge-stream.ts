// Prompts once and enters into the ledger how the stream came out.

import type { Judgement } from "../support/judged-caller.ts";
import type { Scene } from "./scene.ts";
import type { Outcome } from "./stream-ledger.ts";
import { type Asked, subjectOf } from "./soak-manifest.ts";

/** Long, for a machine that is busy with other things. */
const limitMs = 90_000;
/** After NATS is back, a prompt of which nothing was heard went with the old server. */
const afterNatsMs = 10_000;
const lookMs = 250;
/** Before somebody who found nobody to listen asks again. */
const unservedPauseMs = 250;

/** Never rejects. */
export async function judgeStream(
  scene: Scene,
  { agent, expected }: Asked,
  payload = `Tell me, ${agent}`,
): Promise<void> {
  const { caller, disturbances, streams } = scene;
  const startedAt = performance.now();
  const call = caller.call(subjectOf(agent), payload);
  const answered: Promise<Outcome> = call.answer.then(
    (judgement) => outcomeOf(judgement, expected),
    () => "unserved",
  );
  const isHeard = (): boolean => call.soFar().frames > 0;
  const ended = await Promise.race([answered, untilHopeless(scene, startedAt, answered, isHeard)]);
  call.leave();
  const { text, errors, frames } = call.soFar();
  const outcome = ended ?? (frames === 0 ? "unheard" : "unfinished");
  const tookMs = Math.round(performance.now() - startedAt);
  const seen = `${text.length} of ${expected.length} characters, ${frames} frames, errors ${JSON.stringify(errors)}, ${tookMs} ms`;
  streams.add(agent, outcome, disturbances.since(startedAt), `agent "${agent}", ${new Date().toISOString()}: ${seen}`);
  if (outcome === "unserved") await Bun.sleep(unservedPauseMs);
}

function outcomeOf({ text, errors, ends, after }: Judgement, expected: string): Outcome {
  if (ends !== 1 || after > 0 || errors.length > 1) return "beyond";
  if (errors.length === 1) return "error";
  return text === expected ? "whole" : "hole";
}

/** Resolves to nothing when no end is to be hoped for any more, and when there is one. */
async function untilHopeless(
  { disturbances }: Scene,
  startedAt: number,
  answered: Promise<unknown>,
  isHeard: () => boolean,
): Promise<undefined> {
  const isAnswered = answered.then(() => true);
  while (!(await Promise.race([isAnswered, Bun.sleep(lookMs).then(() => false)]))) {
    if (performance.now() - startedAt > limitMs) return;
    if (!isHeard() && (disturbances.sinceNatsIsBack(startedAt) ?? 0) > afterNatsMs) return;
  }
  await answered;
}

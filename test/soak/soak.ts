// Mixed load on an executable for minutes or hours, with everything around it taken away in turn; then what was lost, and what grew.

import { until } from "../support/until.ts";
import { disturb } from "./disturb.ts";
import { type Figures, takeFigures } from "./figures.ts";
import { type JobCount, countJobs } from "./job-count.ts";
import { dropIns } from "./load/drop-ins.ts";
import { jobs } from "./load/jobs.ts";
import { type TurningLoad, runLoads } from "./load/load.ts";
import { onlookers } from "./load/onlookers.ts";
import { conversations, prompts } from "./load/prompts.ts";
import { reloads } from "./load/reloads.ts";
import { countReceived } from "./count-received.ts";
import { vanishingCallers } from "./load/vanishing-callers.ts";
import { openScene, type Scene, type SceneOptions } from "./scene.ts";
import type { StreamLedger } from "./stream-ledger.ts";

export interface SoakOptions extends SceneOptions {
  readonly minutes: number;
  /** Rounds of load within them; default 12, and one a minute for longer runs. */
  readonly rounds?: number;
  /** One of each kind of load at a time, for executables that are emulated. */
  readonly isLight?: boolean;
  readonly say: (line: string) => void;
}

export interface SoakResult {
  readonly seconds: number;
  readonly streams: StreamLedger;
  /** Prompts that came to the agents, by the runtime's own count, of those that the judged streams alone prompt. */
  readonly received: ReadonlyMap<string, number>;
  readonly jobs: JobCount;
  readonly done: ReadonlyMap<string, number>;
  readonly restarts: { readonly model: number; readonly nats: number };
  /** Before any load. */
  readonly start: Figures;
  /** After each round of load, when nothing ran. */
  readonly rounds: readonly Figures[];
  readonly errorLines: readonly string[];
  readonly logLines: number;
  /** What else went wrong. */
  readonly problems: readonly string[];
}

const loads = [prompts, conversations, vanishingCallers, jobs, dropIns, reloads, onlookers];
const idleMs = 90_000;

/** Rejects only when it cannot be run: what goes wrong in it is in the result. */
export async function runSoak(options: SoakOptions): Promise<SoakResult> {
  const scene = await openScene(options);
  try {
    return await soak(scene, options);
  } finally {
    await scene.close();
  }
}

async function soak(scene: Scene, options: SoakOptions): Promise<SoakResult> {
  const { minutes, rounds, isLight = false, say } = options;
  const startedAt = performance.now();
  const endsAt = startedAt + minutes * 60_000;
  const roundMs = (minutes * 60_000) / (rounds ?? Math.max(12, minutes));
  const turning = loads.map((load) => ({ load: isLight ? { ...load, width: 1 } : load, turn: 0 }));
  await untilQuiet(scene);
  const start = await takeFigures(scene, startedAt);
  say(figuresLine(start, scene));
  const taken: Figures[] = [];
  while (performance.now() + roundMs / 2 < endsAt) {
    await runRound(scene, turning, taken.length, roundMs);
    await untilQuiet(scene);
    const figures = await takeFigures(scene, startedAt);
    taken.push(figures);
    say(figuresLine(figures, scene));
  }
  const { streams, disturbances, done, log, problems } = scene;
  return {
    seconds: (performance.now() - startedAt) / 1000,
    streams,
    received: await countReceived(scene),
    jobs: await countJobs(scene),
    done,
    restarts: { model: disturbances.count("model"), nats: disturbances.count("nats") },
    start,
    rounds: taken,
    errorLines: log.errors(),
    logLines: log.lines(),
    problems,
  };
}

/** Load with one thing taken away after a third of it. */
async function runRound(scene: Scene, turning: readonly TurningLoad[], round: number, roundMs: number): Promise<void> {
  const stop = new AbortController();
  const running = runLoads(turning, scene, stop.signal);
  const endsAt = performance.now() + roundMs;
  await Bun.sleep(roundMs / 3);
  await disturb(scene, round).catch((error: unknown) => scene.problems.push(String(error)));
  await Bun.sleep(Math.max(0, endsAt - performance.now()));
  stop.abort();
  await running;
}

/** No turn in flight, no job waiting: what was begun has ended, or this is the problem. */
async function untilQuiet(scene: Scene): Promise<void> {
  const isQuiet = async (): Promise<boolean> => {
    const { agents } = await scene.muster.status();
    const isIdle = agents.every(({ inFlight, queued, state }) => inFlight + queued === 0 && state === "ready");
    return isIdle && (await scene.jobs.queued().catch(() => 1)) === 0;
  };
  await until("an idle runtime", isQuiet, idleMs).catch(async (error: unknown) => {
    const { agents } = await scene.muster.status();
    const busy = agents.filter(({ inFlight, queued, state }) => inFlight + queued > 0 || state !== "ready");
    scene.problems.push(`${String(error)}: ${JSON.stringify(busy)}, ${await scene.jobs.queued()} jobs`);
  });
}

function figuresLine(figures: Figures, { streams, acknowledged, problems }: Scene): string {
  const mb = (bytes: number): string => (bytes / 1e6).toFixed(1);
  return [
    `${figures.atS.toFixed(0)} s: PSS ${mb(figures.pssBytes)} MB`,
    `heap ${mb(figures.heapBytes)} MB (${figures.heapObjects} objects)`,
    `nats-server ${mb(figures.natsPssBytes)} MB`,
    `${figures.handles} handles`,
    `${figures.subscriptions.length} subscriptions`,
    `state ${mb(figures.stateBytes)} MB`,
    `${streams.total()} streams, ${streams.lost()} lost`,
    `${acknowledged.length} jobs`,
    `${problems.length} problems`,
  ].join(", ");
}

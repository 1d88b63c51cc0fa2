// The shape of every kind of load: it goes on until it is told to stop, and what it began it finishes.

import type { Scene } from "../scene.ts";

export interface Load {
  readonly name: string;
  /** How many of it run next to each other. */
  readonly width: number;
  /** Once. `turn` counts from 0 over the whole soak, over all that run next to each other. A rejection is a problem of the soak. */
  once(scene: Scene, turn: number): Promise<void>;
  /** Between two. */
  readonly pauseMs: number;
}

/** Runs them all until `signal` fires. Never rejects: what goes wrong is among the scene's problems. */
export async function runLoads(loads: readonly TurningLoad[], scene: Scene, signal: AbortSignal): Promise<void> {
  await Promise.all(
    loads.flatMap((load) => Array.from({ length: load.load.width }, () => runOne(load, scene, signal))),
  );
}

/** A load, and how often it was begun. */
export interface TurningLoad {
  readonly load: Load;
  turn: number;
}

async function runOne(turning: TurningLoad, scene: Scene, signal: AbortSignal): Promise<void> {
  const { load } = turning;
  while (!signal.aborted) {
    try {
      await load.once(scene, turning.turn++);
    } catch (error) {
      scene.problems.push(`${load.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
    await Bun.sleep(load.pauseMs);
  }
}

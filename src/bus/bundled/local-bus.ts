// Which server the manifest's `auto` and `embedded` modes mean: one that already answers there, or the bundled one.

import type { NatsConfig } from "../../manifest/manifest.ts";
import { endOrphan, startBundledServer, type BundledServer, type BundledServerOptions } from "./bundled-server.ts";
import { probeServer } from "./probe-server.ts";

export interface LocalBus {
  readonly url: string;
  /** Absent when somebody else's server serves. */
  readonly bundled?: BundledServer;
}

/** How long a server on loopback may take to say its first line. */
const probeTimeoutMs = 1_000;

/** Resolves to a server that answers. Throws `BundledServerError`. Not for `mode: external`. */
export async function openLocalBus(
  nats: Pick<NatsConfig, "mode" | "embedded">,
  options: Omit<BundledServerOptions, "config">,
): Promise<LocalBus> {
  const { host, port } = nats.embedded;
  // Before asking who answers: a server left by a killed runtime of ours may be about to end.
  await endOrphan(options.stateDirectory, options.log);
  if (nats.mode === "auto" && port !== 0) {
    const info = await probeServer(host, port, probeTimeoutMs);
    if (info !== undefined) {
      options.log.info("Using the NATS server that answers here", {
        address: `${host}:${port}`,
        name: info.serverName,
      });
      return { url: `nats://${host}:${port}` };
    }
  }
  const bundled = await startBundledServer({ ...options, config: nats.embedded });
  return { url: bundled.url, bundled };
}

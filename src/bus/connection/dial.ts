// One attempt to connect: settings and files are read anew, the NATS library is loaded on first use.

import type { BusError } from "./bus-error.ts";
import type { BusSettings } from "./bus-settings.ts";
import { defaultServer } from "./bus-settings.ts";
import { connectTerms, resolveSettings } from "./connect-options.ts";
import { connectProblem } from "./connect-problem.ts";
import type { Dialled } from "./dialled.ts";

/** Never rejects: what went wrong is the answer. */
export async function dialOnce(target: {
  readonly settings: BusSettings;
  readonly clientName: string;
  /** Servers of the same cluster, tried beside the configured ones. */
  readonly gossiped: readonly string[];
}): Promise<Dialled | BusError> {
  let servers: readonly string[] = target.settings.servers;
  try {
    const [library, settings] = await Promise.all([
      import("@nats-io/transport-node"),
      resolveSettings(target.settings),
    ]);
    const { options, credentials } = await connectTerms(library, settings);
    const configured = typeof options.servers === "string" ? [options.servers] : (options.servers ?? []);
    servers = configured;
    const all = [...configured, ...target.gossiped.filter((server) => !configured.includes(server))];
    const connection = await library.connect({ ...options, servers: all, name: target.clientName });
    return { connection, library, inboxPrefix: settings.inboxPrefix ?? "_INBOX", credentials };
  } catch (cause) {
    return connectProblem(cause, servers.length > 0 ? servers : [defaultServer]);
  }
}

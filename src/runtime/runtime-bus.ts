// The runtime's bus: the bundled server where the manifest asks for it, and the one connection.

import { hasLeaf } from "../bus/bundled/ask-for-link.ts";
import type { BusConnection } from "../bus/connection/connection.ts";
import { openBus } from "../bus/connection/open-bus.ts";
import type { CallerChange } from "../bus/bundled/bundled-callers.ts";
import { BundledServerError } from "../bus/bundled/bundled-error.ts";
import type { NamedKey } from "../bus/bundled/bundled-keys.ts";
import type { NamedSubjects } from "../bus/identity/named-subjects.ts";
import { openLocalBus } from "../bus/bundled/local-bus.ts";
import type { NatsConfig, ProgramConfig } from "../manifest/manifest.ts";
import type { Logger } from "../telemetry/log.ts";
import type { BusState } from "./control-protocol.ts";
import { isSameValue } from "./same-value.ts";

export interface RuntimeBus {
  readonly connection: BusConnection;
  state(): BusState;
  /** Ends a bundled server that does not answer, and it is started again. False: the server is not ours. */
  restartServer(): boolean;
  /** Has a bundled server stand still; resolves to what has it go on. Rejects where it can't be held. Nothing is held where the server is not ours. */
  holdServer(): Promise<() => void>;
  /**
   * Connects as these say once that works; until then, as before. Where the bundled server serves: links to the hub as these say. Never rejects.
   */
  use(nats: NatsConfig): Promise<void>;
  /** Has a bundled server with keys let the runtime use the subjects that its agents name. Never rejects. */
  allow(named: NamedSubjects): Promise<void>;
  /** Has a bundled server with keys let other programs do what these say. Never rejects. */
  usePrograms(programs: readonly ProgramConfig[]): Promise<void>;
  /** Whether the bundled server keeps jobs; on a full disk it must not try. Never rejects. */
  setStoring(isStoring: boolean): Promise<void>;
  /** Makes or removes a further caller's key on the bundled server. Resolves to a key that was made. Rejects with what the asker is to read. */
  changeCallers(change: CallerChange): Promise<NamedKey | undefined>;
  /** Closes the connection, then ends the bundled server. Never rejects. */
  close(): Promise<void>;
}

/**
 * Starts the bundled server where it is meant and resolves when it answers; an external server need not be there yet. Throws a
 * `BundledServerError`.
 */
export async function openRuntimeBus(
  nats: NatsConfig,
  ports: {
    readonly stateDirectory: string;
    readonly clientName: string;
    readonly log: Logger;
    /** The manifest's owner, by which a hub tells this machine from others. */
    readonly owner: string;
    readonly isStoring: boolean;
    /** What the agents name from the start. */
    readonly named: NamedSubjects;
    /** The bundled server could not write for want of room. */
    readonly onFullDisk: () => void;
  },
): Promise<RuntimeBus> {
  const local = nats.mode === "external" ? undefined : await openLocalBus(nats, ports);
  const settings = local === undefined ? nats : { ...nats, servers: [local.url], ...local.bundled?.credentials };
  const connection = openBus({ settings, clientName: ports.clientName, log: ports.log });
  const link = local?.bundled?.hub;
  link?.askWith(() => hasLeaf(connection));
  let since = new Date();
  let allowed = ports.named;
  let programs = nats.embedded.programs ?? [];
  connection.onStatus(() => (since = new Date()));
  return {
    connection,
    restartServer: () => {
      local?.bundled?.restart();
      return local?.bundled !== undefined;
    },
    holdServer: () => local?.bundled?.hold() ?? Promise.resolve(() => undefined),
    allow: async (named) => {
      if (isSameValue(named, allowed)) return;
      allowed = named;
      await local?.bundled?.allow(named);
    },
    usePrograms: async (wanted) => {
      if (isSameValue(wanted, programs)) return;
      programs = wanted;
      await local?.bundled?.usePrograms(wanted);
    },
    setStoring: async (isStoring) => local?.bundled?.setStoring(isStoring),
    changeCallers: (change) => {
      if (local?.bundled !== undefined) return local.bundled.changeCallers(change);
      const text =
        'The NATS server is not Muster\'s: make the user there, with what "muster permissions caller" prints';
      return Promise.reject(new BundledServerError("keys", text));
    },
    use: async (changed) => {
      if (local !== undefined) {
        if (changed.embedded.hub !== undefined) await link?.use(changed.embedded.hub);
        return;
      }
      const problem = await connection.useSettings(changed);
      if (problem === undefined) return;
      ports.log.error("NATS cannot be reached as the manifest says now; the present connection is kept", {
        reason: problem.message,
      });
    },
    state: () => ({
      ...busState(connection, since, local?.bundled === undefined ? undefined : local.url),
      ...(local?.bundled === undefined ? {} : { serverRestarts: local.bundled.restarts() }),
      ...(link === undefined ? {} : { hub: link.status() }),
    }),
    close: async () => {
      await connection.close();
      await local?.bundled?.stop();
    },
  };
}

function busState(connection: BusConnection, since: Date, bundledUrl: string | undefined): BusState {
  const { state, server, problem } = connection.status();
  const url = bundledUrl ?? server;
  return {
    server: bundledUrl === undefined ? "external" : "bundled",
    state,
    ...(url === undefined ? {} : { url }),
    ...(problem === undefined ? {} : { problem }),
    since: since.toISOString(),
  };
}

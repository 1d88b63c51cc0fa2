// Puts a function on the bus as an agent: registered, beating, with admission and clean ends, by the same code as the runtime's agents.

import { createAgentHost, type AgentHost } from "../bus/serving/agent-host.ts";
import type { CallerRules, ServedAgent, ServiceSpec } from "../bus/serving/service-port.ts";
import { ServiceError } from "../protocol/service-error.ts";
import type { Connection } from "./connect.ts";
import { type Handler, promptHandler, type PromptLimits } from "./incoming-prompt.ts";
import { deferred } from "../bus/deferred.ts";
import { quietLog } from "../bus/quiet-log.ts";

export interface ServiceOptions {
  /** Fifth token of its subjects: 1–63 characters of `[a-z0-9_-]`, beginning with a letter or digit. */
  readonly name: string;
  /** Fourth token: whose it is. */
  readonly owner: string;
  /** Third token: the harness; default `muster-library`. */
  readonly agent?: string;
  /** Never empty on the wire; default `NAME, an agent`. */
  readonly description?: string;
  /** Semver of the program; default `0.0.0`. */
  readonly version?: string;
  /** Shown in heartbeats. */
  readonly model?: string;
  /** Default 30 s; whole seconds are told, rounded up. */
  readonly heartbeatMs?: number;
  /** Prompts served at once; default 1. */
  readonly concurrency?: number;
  /** Prompts waiting; more are refused with 429. Default 8. */
  readonly queue?: number;
  /** For one prompt, waiting included; default 5 min. */
  readonly deadlineMs?: number;
  /** How long answers to prompts with a `request_id` are kept for the same prompt sent again; default 10 min, 0: not at all. */
  readonly dedupeMs?: number;
  /** Default false: a prompt with files is refused. */
  readonly acceptsAttachments?: boolean;
  /** Headers included; default 1 MB, and never more than the server takes. */
  readonly maxPayloadBytes?: number;
  /** Whose prompts are served; default: everybody's. `trust: "signed"` refuses what no user's key signed (§13). */
  readonly callers?: Partial<CallerRules>;
  /** True: this address is meant to be served by several programs. */
  readonly replicas?: boolean;
  /** Told of what a handler threw that is no `ServiceError`; default: nothing is said. */
  readonly onError?: (error: unknown) => void;
}

/** An agent on the bus. */
export interface Service {
  /** `agent/owner/name`. */
  readonly address: string;
  readonly promptSubject: string;
  /** Of this instance, as discovery shows it. */
  readonly instanceId: string;
  /** `degraded` with its reason where another program serves its address, or the server's permissions forbid it. */
  state(): ReturnType<ServedAgent["state"]>;
  /** From now on it is `degraded`, refuses prompts with the reason, and its beats say so. */
  degrade(reason: string, retryAfterS?: number): void;
  /** It is well again. */
  recover(): void;
  /** Prompts in work and waiting, and how many came and failed since it began. */
  counters(): ReturnType<ServedAgent["counters"]>;
  /** Takes no more prompts, lets those at work finish for at most `timeoutMs` (default 10 s), and leaves the bus. Never rejects. */
  stop(timeoutMs?: number): Promise<void>;
}

const hosts = new WeakMap<Connection, AgentHost>();
const defaultStopMs = 10_000;

/**
 * Resolves when the agent can be found: as soon as the bus is there and it is known whether the address is free. Rejects with a `RangeError` for an
 * address that makes no subject.
 */
export async function serve(connection: Connection, options: ServiceOptions, handler: Handler): Promise<Service> {
  const spec = specOf(options);
  const { deadlineMs } = spec;
  const limits = (): PromptLimits => ({ deadlineMs, messageBytes: connection.maxPayloadBytes() });
  const served = hostOf(connection).register(spec, promptHandler(handler, limits, options.onError ?? nothing));
  served.setHealth({ state: "ready" });
  await registered(served);
  const { agent, owner, name } = spec.address;
  return {
    address: `${agent}/${owner}/${name}`,
    promptSubject: served.promptSubject,
    instanceId: served.instanceId,
    degrade: (reason, retryAfterS = 10) =>
      served.setHealth({
        state: "degraded",
        reason,
        error: new ServiceError(500, "internal", reason, { retry_after_s: retryAfterS }),
      }),
    recover: () => served.setHealth({ state: "ready" }),
    state: () => served.state(),
    counters: () => served.counters(),
    stop: (timeoutMs = defaultStopMs) => served.drain(timeoutMs),
  };
}

/** Until then it is `starting`. */
async function registered(served: ServedAgent): Promise<void> {
  const isThere = deferred<undefined>();
  const look = (): void => {
    if (served.state().state !== "starting") isThere.resolve(undefined);
  };
  const forget = served.onChange(look);
  look();
  await isThere.promise;
  forget();
}

/** All services of a connection share what they can. */
function hostOf(connection: Connection): AgentHost {
  const known = hosts.get(connection);
  if (known !== undefined) return known;
  const host = createAgentHost({ connection, log: quietLog });
  hosts.set(connection, host);
  connection.onStatus(({ state }) => {
    if (state === "closed") void host.close(0);
  });
  return host;
}

function specOf(options: ServiceOptions): ServiceSpec {
  const { name, owner, agent = "muster-library" } = options;
  for (const token of [agent, owner, name]) {
    if (/^[a-z0-9][a-z0-9_-]{0,62}$/.test(token)) continue;
    throw new RangeError(
      `Cannot use ${JSON.stringify(token)} in an address; use 1 to 63 characters of a-z, 0-9, _ and -, beginning with a letter or digit`,
    );
  }
  return {
    address: { agent, owner, name },
    description: options.description ?? `${name}, an agent`,
    version: options.version ?? "0.0.0",
    ...(options.model === undefined ? {} : { model: options.model }),
    heartbeatMs: options.heartbeatMs ?? 30_000,
    concurrency: options.concurrency ?? 1,
    queue: options.queue ?? 8,
    deadlineMs: options.deadlineMs ?? 300_000,
    dedupeMs: options.dedupeMs ?? 600_000,
    acceptsAttachments: options.acceptsAttachments ?? false,
    maxPayloadBytes: options.maxPayloadBytes ?? 1024 * 1024,
    replicas: options.replicas ?? false,
    callers: { trust: "any", allow: [], deny: [], ...options.callers },
  };
}

function nothing(): void {
  // The caller of `serve` did not ask to be told.
}

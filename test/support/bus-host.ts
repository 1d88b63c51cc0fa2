// A runtime's bus side for tests: one connection, one host, agents with settings that a test can read at a glance.

import { JobHost } from "../../src/bus/jobs/job-host.ts";
import { createAgentHost } from "../../src/bus/serving/agent-host.ts";
import type { AgentHost, AgentHostOptions } from "../../src/bus/serving/agent-host.ts";
import { openBus } from "../../src/bus/connection/open-bus.ts";
import type { BusSettings } from "../../src/bus/connection/bus-settings.ts";
import type { ConfiguredBus } from "../../src/bus/connection/connection.ts";
import type {
  PromptCheck,
  PromptHandler,
  ReplyEvent,
  ServedAgent,
  ServiceSpec,
} from "../../src/bus/serving/service-port.ts";
import { agentSubject } from "../../src/protocol/subjects.ts";
import type { SilentLog } from "./silent-log.ts";
import { silentLog } from "./silent-log.ts";

export interface BusHost {
  readonly connection: ConfiguredBus;
  readonly host: AgentHost;
  readonly log: SilentLog;
  /** A ready agent, its address known to be free. */
  serve(spec: Partial<ServiceSpec>, handler: PromptHandler, check?: PromptCheck): Promise<ServedAgent>;
  stop(): Promise<void>;
}

export async function startBusHost(
  url: string,
  options: Pick<AgentHostOptions, "holdMs"> & {
    readonly takesJobs?: boolean;
    readonly hubDomain?: string;
    /** Further settings of the connection. */
    readonly settings?: Partial<BusSettings>;
  } = {},
): Promise<BusHost> {
  const { takesJobs = false, hubDomain, settings, ...rest } = options;
  const log = silentLog();
  const connection = openBus({ settings: { servers: [url], ...settings }, clientName: "test", log });
  await connection.connected();
  const hub = hubDomain === undefined ? {} : { hubDomain };
  const jobs = takesJobs ? { jobs: new JobHost({ bus: connection, log, ...hub }) } : {};
  const host = createAgentHost({ connection, log, ...rest, ...jobs });
  return {
    connection,
    host,
    log,
    serve: async (spec, handler, check) => {
      const full = serviceSpec(spec);
      const up = Promise.withResolvers<undefined>();
      let instanceId = "";
      const beats = connection.subscribe(agentSubject("hb", full.address), (message) => {
        if (message.string().includes(`"${instanceId}"`)) up.resolve(undefined);
      });
      const agent = host.register(full, handler, check);
      ({ instanceId } = agent);
      agent.setHealth({ state: "ready" });
      await up.promise; // Its first beat comes when it is known whose the address is, after its subscriptions.
      beats.unsubscribe();
      return agent;
    },
    stop: async () => {
      await host.close(0);
      await connection.close();
    },
  };
}

export function serviceSpec(spec: Partial<ServiceSpec>): ServiceSpec {
  return {
    address: { agent: "muster", owner: "tests", name: "one" },
    description: "An agent under test",
    version: "1.2.3",
    heartbeatMs: 1_000,
    concurrency: 4,
    queue: 4,
    deadlineMs: 30_000,
    dedupeMs: 60_000,
    acceptsAttachments: true,
    maxPayloadBytes: 64 * 1024,
    replicas: false,
    callers: { trust: "any", allow: [], deny: [] },
    ...spec,
  };
}

/** Answers with these texts, one event each. */
export function answers(...texts: string[]): PromptHandler {
  return async function* () {
    for (const text of texts) yield await Promise.resolve<ReplyEvent>({ type: "text", text });
    yield { type: "end" };
  };
}

/** Resolves when `predicate` holds; looks again every 5 ms; throws after `limitMs`. */
export async function eventually(predicate: () => boolean, limitMs = 10_000): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!predicate()) {
    if (performance.now() > deadline) throw new Error(`Not so after ${limitMs} ms: ${predicate.toString()}`);
    await Bun.sleep(5);
  }
}

// What `muster status` shows.

import { build } from "../host/build-facts.ts";
import type { EndpointStatus as ModelEndpoint } from "../model/models.ts";
import type { AgentStatus, BusState, EndpointStatus, RuntimeStatus } from "./control-protocol.ts";
import type { RuntimeParts } from "./runtime-parts.ts";
import type { RuntimeServices } from "./runtime-services.ts";

export function runtimeStatus(parts: RuntimeParts, stateDirectory: string): RuntimeStatus {
  return {
    version: build.version,
    pid: process.pid,
    startedAt: parts.startedAt.toISOString(),
    uptimeS: Math.round(process.uptime()),
    rssBytes: process.memoryUsage.rss(),
    stateDirectory,
    isDraining: parts.isDraining,
    bus: parts.bus?.state() ?? busBeforeStart(parts.startedAt),
    agents: agentStatuses(parts),
    endpoints: parts.models?.statuses().map(endpointStatus) ?? [],
    ...modelBudgets(parts),
    files: parts.files,
    ...serviceStatus(parts.services),
    ...(parts.storage === undefined ? {} : { storage: parts.storage.status() }),
    ...conversationsProblem(parts),
    ...(parts.upgrade === undefined ? {} : { upgrade: parts.upgrade }),
  };
}

function serviceStatus(services: RuntimeServices | undefined): Pick<RuntimeStatus, "http" | "memory" | "traces"> {
  const [http, memory, traces] = [services?.http.status(), services?.memory.status(), services?.exported.status()];
  return {
    ...(http === undefined ? {} : { http }),
    ...(memory === undefined ? {} : { memory }),
    ...(traces === undefined ? {} : { traces }),
  };
}

function conversationsProblem({ conversations }: RuntimeParts): Pick<RuntimeStatus, "conversationsProblem"> {
  const problem = conversations?.problem();
  return problem === undefined ? {} : { conversationsProblem: problem };
}

function modelBudgets({ models }: RuntimeParts): Pick<RuntimeStatus, "modelBudgets"> {
  const budgets = models?.budgets() ?? [];
  return budgets.length === 0 ? {} : { modelBudgets: budgets };
}

function busBeforeStart(startedAt: Date): BusState {
  return { server: "bundled", state: "starting", since: startedAt.toISOString() };
}

function agentStatuses({ reconciler, jobCounts }: RuntimeParts): readonly AgentStatus[] {
  if (reconciler === undefined) return [];
  const failed = [...reconciler.failures()].map(([name, { definition, reason }]): AgentStatus => {
    const { models, source } = definition.config;
    return { name, state: "failed", reason, models, inFlight: 0, queued: 0, requests: 0, errors: 0, source };
  });
  const running = reconciler.agents().map((agent): AgentStatus => {
    const jobs = agent.isGone ? undefined : jobCounts?.(agent.name);
    return { ...agent.status(), ...(jobs === undefined ? {} : { jobs }) };
  });
  return [...running, ...failed];
}

function endpointStatus({
  name,
  provider,
  url,
  models,
  parallel,
  busy,
  waiting,
  finishing,
  health,
}: ModelEndpoint): EndpointStatus {
  return {
    name,
    provider,
    ...(url === undefined ? {} : { url }),
    models,
    parallel,
    busy,
    waiting,
    finishing,
    state: health.state,
    ...(health.state === "unreachable" ? { reason: health.reason } : {}),
  };
}

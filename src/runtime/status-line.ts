// The runtime in one line, for `systemctl status`.

import type { AgentStatus, BusState, EndpointStatus, HubState, RuntimeStatus } from "./control-protocol.ts";

/** `3 agents: 2 ready, 1 degraded; bus connected, bundled; model endpoint "ollama" reachable` */
export function statusLine(status: RuntimeStatus): string {
  const bad = status.files.filter(({ problems }) => problems.length > 0).length;
  const jobs = jobsText(status.agents);
  const parts = [
    agentsText(status.agents),
    ...(jobs === undefined ? [] : [jobs]),
    busText(status.bus),
    ...status.endpoints.map(endpointText),
    ...(status.storage?.state === "full" ? ["disk full: nothing is stored"] : []),
    ...(bad === 0 ? [] : [`${count(bad, "file")} with problems, see "muster status"`]),
  ];
  return `${status.isDraining ? "Draining: " : ""}${parts.join("; ")}`;
}

const states = ["starting", "ready", "degraded", "draining", "failed", "stopped"] as const;

function agentsText(agents: readonly AgentStatus[]): string {
  if (agents.length === 0) return "No agents";
  const numbers = states
    .map((state) => ({ state, number: agents.filter((agent) => agent.state === state).length }))
    .filter(({ number }) => number > 0)
    .map(({ state, number }) => `${number} ${state}`);
  const inFlight = agents.reduce((sum, agent) => sum + agent.inFlight, 0);
  return `${count(agents.length, "agent")}: ${numbers.join(", ")}${inFlight === 0 ? "" : `, ${count(inFlight, "turn")} in flight`}`;
}

function busText({ server, state, problem, hub }: BusState): string {
  const bus = `bus ${state}, ${server}${problem === undefined || state === "connected" ? "" : ` (${problem})`}`;
  return hub === undefined ? bus : `${bus}; hub ${hub.state === "connected" ? "up" : "down"}${hubReason(hub)}`;
}

function hubReason({ reason }: HubState): string {
  return reason === undefined ? "" : ` (${reason})`;
}

function jobsText(agents: readonly AgentStatus[]): string | undefined {
  const sum = (state: "waiting" | "running"): number =>
    agents.reduce((total, { jobs }) => total + (jobs?.[state] ?? 0), 0);
  const parts = (["waiting", "running"] as const)
    .map((state) => ({ state, number: sum(state) }))
    .filter(({ number }) => number > 0)
    .map(({ state, number }) => `${number} ${state}`);
  return parts.length === 0 ? undefined : `jobs: ${parts.join(", ")}`;
}

function endpointText({ name, state, reason }: EndpointStatus): string {
  return `model endpoint "${name}" ${state}${reason === undefined ? "" : ` (${reason})`}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

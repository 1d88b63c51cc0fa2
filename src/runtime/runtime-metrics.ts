// The runtime's figures for `/metrics` (docs/operating.md lists them): what was counted, and how things are at the moment of the scrape.

import type { BudgetStatus } from "../model/budget/budget.ts";
import type { Metric, Sample } from "../telemetry/metric-text.ts";
import type { TriggerStatus } from "../trigger/contract.ts";
import type { AgentStatus, EndpointStatus, RuntimeStatus } from "./control-protocol.ts";
import type { RuntimeCounts } from "./runtime-counts.ts";

export function runtimeMetrics(status: RuntimeStatus, counts: RuntimeCounts): readonly Metric[] {
  return [
    ...agentMetrics(status.agents, counts),
    ...budgetMetrics(status),
    ...endpointMetrics(status.endpoints),
    ...traceMetrics(status, counts),
    ...processMetrics(status),
  ];
}

function agentMetrics(agents: readonly AgentStatus[], counts: RuntimeCounts): readonly Metric[] {
  const named = agents.map((agent) => ({ agent, labels: { agent: agent.name } }));
  return [
    counter("muster_prompts_total", "Prompts received, refused ones included", counts.prompts.samples()),
    counter("muster_errors_total", "Prompts that ended with an error, by its name", counts.errors.samples()),
    gauge(
      "muster_prompts_in_flight",
      "Prompts in work",
      named.map(({ agent, labels }) => ({ labels, value: agent.inFlight })),
    ),
    gauge(
      "muster_prompts_queued",
      "Prompts that wait for their turn",
      named.map(({ agent, labels }) => ({ labels, value: agent.queued })),
    ),
    gauge(
      "muster_agent_state",
      "The agent's state: 1 for the one that it is in",
      named.map(({ agent, labels }) => ({ labels: { ...labels, state: agent.state }, value: 1 })),
    ),
    ...jobMetrics(agents),
    ...knowledgeMetrics(agents),
    counter(
      "muster_agent_restarts_total",
      "Starts of the agent after its first: told to, or changed",
      counts.restarts.samples(),
    ),
    counter("muster_turns_total", "Turns, by how they ended", counts.turns.samples()),
    counter("muster_model_calls_total", "Calls of models, by how they ended", counts.modelCalls.samples()),
    counter("muster_tokens_total", "Tokens that models read (in) and wrote (out)", counts.tokens.samples()),
    counter("muster_cost_total", "What calls of models cost, by the manifest's prices", counts.costs.samples()),
    counter("muster_tool_calls_total", "Calls of tools, by how they ended", counts.toolCalls.samples()),
    counter("muster_approvals_total", "Leave that tools asked for, by the answer", counts.approvals.samples()),
    ...triggerMetrics(agents, counts),
    {
      type: "histogram",
      name: "muster_first_text_seconds",
      help: "From a prompt's start to the first text of its answer",
      samples: counts.firstText.samples(),
    },
  ];
}

function triggerMetrics(agents: readonly AgentStatus[], counts: RuntimeCounts): readonly Metric[] {
  const samples = (value: (trigger: TriggerStatus) => number) =>
    agents.flatMap(({ name, triggers = [] }) =>
      triggers.map((trigger) => ({ labels: { agent: name, trigger: trigger.name }, value: value(trigger) })),
    );
  return [
    counter("muster_trigger_runs_total", "Runs of triggers, by how they ended", counts.triggerRuns.samples()),
    gauge(
      "muster_trigger_up",
      "1: the trigger starts runs; 0: it cannot",
      samples(({ problem }) => (problem === undefined ? 1 : 0)),
    ),
    gauge(
      "muster_trigger_runs_waiting",
      "Runs of the trigger that wait",
      samples(({ waiting }) => waiting),
    ),
  ];
}

function budgetMetrics({ agents, modelBudgets = [] }: RuntimeStatus): readonly Metric[] {
  const all = [
    ...agents.map(({ name, budgets = [] }) => ({ whose: { agent: name }, budgets })),
    ...modelBudgets.map(({ model, budgets }) => ({ whose: { model }, budgets })),
  ];
  const samples = (value: (budget: BudgetStatus) => number): Sample[] =>
    all.flatMap(({ whose, budgets }) =>
      budgets.map((budget) => ({ labels: { ...whose, ...budgetLabels(budget) }, value: value(budget) })),
    );
  return [
    gauge(
      "muster_budget_limit",
      "Budgets of agents and of models: tokens, turns or money",
      samples(({ limit }) => limit),
    ),
    gauge(
      "muster_budget_spent",
      "What is spent of the budget in its present hour, day or month",
      samples(({ spent }) => spent),
    ),
  ];
}

function knowledgeMetrics(agents: readonly AgentStatus[]): readonly Metric[] {
  const states = ["documents", "waiting", "failed"] as const;
  const knowing = agents.flatMap(({ name, knowledge }) =>
    knowledge === undefined ? [] : [{ agent: name, knowledge }],
  );
  return [
    gauge(
      "muster_knowledge_documents",
      "Documents of agents: indexed (documents), waiting to be, or failed to be read",
      knowing.flatMap(({ agent, knowledge }) =>
        states.map((state) => ({ labels: { agent, state }, value: knowledge[state] })),
      ),
    ),
    gauge(
      "muster_knowledge_passages",
      "Passages of agents' documents that can be found",
      knowing.map(({ agent, knowledge }) => ({ labels: { agent }, value: knowledge.passages })),
    ),
  ];
}

function budgetLabels({ unit, currency, per }: BudgetStatus): Record<string, string> {
  return { unit: currency ?? unit, per };
}

function jobMetrics(agents: readonly AgentStatus[]): readonly Metric[] {
  const kept = agents.flatMap(({ name, jobs }) => (jobs === undefined ? [] : [{ agent: name, jobs }]));
  const ended = (["done", "failed", "expired"] as const).flatMap((state) =>
    kept.map(({ agent, jobs }): Sample => ({ labels: { agent, state }, value: jobs[state] })),
  );
  return [
    gauge(
      "muster_jobs_waiting",
      "Jobs in the queue that do not run",
      kept.map(({ agent, jobs }) => ({ labels: { agent }, value: jobs.waiting })),
    ),
    gauge(
      "muster_jobs_running",
      "Jobs in work",
      kept.map(({ agent, jobs }) => ({ labels: { agent }, value: jobs.running })),
    ),
    counter("muster_jobs_ended_total", "Jobs that have their result: done, failed (set aside) or expired", ended),
  ];
}

function endpointMetrics(endpoints: readonly EndpointStatus[]): readonly Metric[] {
  const samples = (value: (endpoint: EndpointStatus) => number) =>
    endpoints.map((endpoint) => ({ labels: { endpoint: endpoint.name }, value: value(endpoint) }));
  return [
    gauge(
      "muster_endpoint_up",
      "1: the endpoint answers; 0: it does not; absent state counts as 1",
      samples(({ state }) => (state === "unreachable" ? 0 : 1)),
    ),
    gauge(
      "muster_endpoint_calls",
      "Model calls that run at the endpoint",
      samples(({ busy }) => busy),
    ),
    gauge(
      "muster_endpoint_calls_waiting",
      "Model calls that wait for a slot of the endpoint",
      samples(({ waiting }) => waiting),
    ),
  ];
}

function traceMetrics({ traces }: RuntimeStatus, counts: RuntimeCounts): readonly Metric[] {
  if (traces === undefined) return [];
  return [
    gauge("muster_traces_up", "1: the collector takes traces; 0: it is away", [
      { labels: {}, value: traces.state === "delivering" ? 1 : 0 },
    ]),
    gauge("muster_trace_spans_waiting", "Spans that wait for the collector", [{ labels: {}, value: traces.waiting }]),
    counter("muster_trace_spans_total", "Spans of exported traces, by what became of them", counts.spans.samples()),
  ];
}

function processMetrics(status: RuntimeStatus): readonly Metric[] {
  const { bus, memory, storage } = status;
  const one = (value: number): readonly Sample[] => [{ labels: {}, value }];
  return [
    gauge("muster_bus_connected", "1: connected to NATS", one(bus.state === "connected" ? 1 : 0)),
    counter(
      "muster_nats_server_restarts_total",
      "Restarts of the bundled NATS server",
      bus.serverRestarts === undefined ? [] : one(bus.serverRestarts),
    ),
    gauge(
      "muster_memory_limit_bytes",
      "limits.memory of the manifest",
      memory === undefined ? [] : one(memory.limitBytes),
    ),
    gauge(
      "muster_memory_full",
      "1: at the limit, new prompts are refused",
      memory === undefined ? [] : one(memory.state === "full" ? 1 : 0),
    ),
    gauge(
      "muster_disk_full",
      "1: the state directory's disk is full, nothing is stored",
      storage === undefined ? [] : one(storage.state === "full" ? 1 : 0),
    ),
    gauge(
      "muster_disk_free_bytes",
      "What the runtime may still write to the state directory's disk",
      storage?.freeBytes === undefined ? [] : one(storage.freeBytes),
    ),
    gauge("muster_info", "Constant 1, with the version", [{ labels: { version: status.version }, value: 1 }]),
    gauge("process_resident_memory_bytes", "Resident memory of the runtime's own process", one(status.rssBytes)),
    gauge(
      "process_start_time_seconds",
      "Start of the runtime, in seconds since 1970",
      one(Date.parse(status.startedAt) / 1000),
    ),
  ];
}

function counter(name: string, help: string, samples: readonly Sample[]): Metric {
  return { type: "counter", name, help, samples };
}

function gauge(name: string, help: string, samples: readonly Sample[]): Metric {
  return { type: "gauge", name, help, samples };
}

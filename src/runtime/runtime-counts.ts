// What the runtime counts from its start on, per agent; an agent that is gone takes its numbers along.

import type { CountObserver } from "../bus/serving/endpoint-counter.ts";
import type { ServiceErrorName } from "../protocol/service-error.ts";
import type { ModelCallEnd } from "../model/provider.ts";
import type { EndedRuns } from "../trigger/run-line.ts";
import { Counter, Histogram } from "../telemetry/counts.ts";
import type { SpanCounts } from "../telemetry/otlp/exporter.ts";
import type { TurnTrace } from "../telemetry/trace.ts";

/** From a small local model to a large one on a small machine. */
const firstTextBoundsS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

export class RuntimeCounts {
  readonly prompts = new Counter();
  readonly errors = new Counter();
  readonly turns = new Counter();
  readonly tokens = new Counter();
  readonly modelCalls = new Counter();
  readonly restarts = new Counter();
  readonly toolCalls = new Counter();
  readonly approvals = new Counter();
  readonly costs = new Counter();
  readonly triggerRuns = new Counter();
  readonly spans = new Counter();
  readonly firstText = new Histogram(firstTextBoundsS);
  readonly #started = new Set<string>();

  /** Counts spans that are exported. */
  readonly spanCounts: SpanCounts = { add: (outcome, spans) => this.spans.add({ outcome }, spans) };

  observer(agent: string): CountObserver {
    this.prompts.add({ agent }, 0);
    return new AgentObserver(agent, this);
  }

  /** Each start but an agent's first is a restart. */
  started(agent: string): void {
    this.restarts.add({ agent }, this.#started.has(agent) ? 1 : 0);
    this.#started.add(agent);
  }

  call({ agent, model, outcome }: ModelCallEnd): void {
    this.modelCalls.add({ agent, model, outcome });
  }

  runs({ agent, trigger, state, times }: EndedRuns): void {
    this.triggerRuns.add({ agent, trigger, state }, times);
  }

  turn({ agent, calls, tools, approvals = [], firstTextMs, outcome, purpose }: TurnTrace): void {
    if (purpose === undefined) this.turns.add({ agent, outcome });
    for (const call of tools) {
      // What a model makes up is no label.
      this.toolCalls.add({ agent, tool: call.isUnknown === true ? "" : call.name, outcome: call.outcome });
    }
    for (const { answer } of approvals) this.approvals.add({ agent, answer });
    for (const { model, inputTokens, outputTokens, cost } of calls) {
      if (cost !== undefined) this.costs.add({ agent, model, currency: cost.currency }, cost.amount);
      this.tokens.add({ agent, model, direction: "in" }, inputTokens);
      this.tokens.add({ agent, model, direction: "out" }, outputTokens);
    }
    if (firstTextMs !== undefined) this.firstText.observe({ agent }, firstTextMs / 1000);
  }

  forget(agent: string): void {
    this.#started.delete(agent);
    for (const family of [
      this.prompts,
      this.errors,
      this.turns,
      this.tokens,
      this.modelCalls,
      this.toolCalls,
      this.approvals,
      this.costs,
      this.triggerRuns,
      this.restarts,
      this.firstText,
    ]) {
      family.forget("agent", agent);
    }
  }
}

/** Counts one agent's prompts. */
class AgentObserver implements CountObserver {
  readonly #agent: string;
  readonly #counts: RuntimeCounts;

  constructor(agent: string, counts: RuntimeCounts) {
    this.#agent = agent;
    this.#counts = counts;
  }

  request(): void {
    this.#counts.prompts.add({ agent: this.#agent });
  }

  error(error: ServiceErrorName): void {
    this.#counts.errors.add({ agent: this.#agent, error });
  }
}

// One call of one model: a slot of its endpoint, the model fetched when it is missing and may be, and what the call says about the endpoint.

import type { ModelConfig } from "../manifest/manifest.ts";
import { Abortable } from "./abortable.ts";
import type { BudgetScope } from "./budget/budget-scope.ts";
import { metered, spendUsage } from "./budget/metered.ts";
import { chatWithTools } from "./chat-with-tools.ts";
import { attemptOf } from "./attempt.ts";
import type { ChatRequest, ModelEvent, ModelNotice } from "./contract.ts";
import { ModelError } from "./contract.ts";
import type { Endpoint } from "./endpoint.ts";
import { loadOf } from "./load-run.ts";
import type { MemoryFit } from "./memory-fit.ts";
import type { ModelPresence } from "./presence.ts";
import type { ModelCallEnd, Provider } from "./provider.ts";
import type { Slot } from "./scheduler.ts";

/** A model and where it lives, as declared now. */
export interface Link {
  readonly model: ModelConfig;
  readonly endpoint: Endpoint;
  readonly presence: ModelPresence;
  readonly fit: MemoryFit;
  /** Absent: it may be used without end. */
  readonly budget?: BudgetScope;
  /** Told of each call's end, once. Must not throw. */
  readonly onCall?: (call: ModelCallEnd) => void;
}

/** The longest that a slot stays held for work that was aborted. */
const settleWithinMs = 300_000;

/** Throws `ModelError` or the signal's reason, and tells how it ended. Its slot is given back on every path, and held during the model's work only. */
export function callModel(
  link: Link,
  request: ChatRequest,
  signal: AbortSignal,
): AsyncGenerator<ModelEvent, void, void> {
  const { model, budget, endpoint } = link;
  if (budget === undefined && model.price === undefined) return call(link, request, signal);
  const given = { request, model: { name: model.name, provider: endpoint.config.provider }, price: model.price };
  return metered(call(link, request, signal), given, (usage) => budget && spendUsage(budget, usage));
}

/** The error of a call that must not be tried now; undefined when it may. */
export function refusalOf(link: Link): ModelError | undefined {
  return link.endpoint.health.refusal() ?? link.presence.refusal() ?? link.fit.refusal() ?? budgetRefusal(link);
}

function budgetRefusal({ budget, model }: Link): ModelError | undefined {
  const spent = budget?.spent();
  return spent && new ModelError("spent", `Model "${model.name}": ${spent.reason}`, { retryAfterS: spent.retryAfterS });
}

/** What a call failed by, for its caller; the model and its endpoint are held for what it says of them. */
export function failureOf({ endpoint, presence }: Link, error: unknown): ModelError {
  const failure = asModelError(error);
  if (failure.kind === "not-found") presence.doubt();
  return endpoint.health.failed(failure);
}

async function* call(link: Link, request: ChatRequest, signal: AbortSignal): AsyncGenerator<ModelEvent, void, void> {
  const { endpoint, model } = link;
  const startedAt = performance.now();
  let outcome: ModelCallEnd["outcome"] = "stopped";
  let letGo: (() => void) | undefined;
  try {
    signal.throwIfAborted();
    const refusal = refusalOf(link);
    if (refusal !== undefined) throw refusal;
    const shared = endpoint.provider(model);
    letGo = shared.hold();
    const provider = await shared.get();
    const isPulled = yield* generate(link, provider, request, signal, provider.pull !== undefined);
    if (isPulled) {
      for await (const notice of fetchMissing(provider, signal)) yield { type: "notice", notice };
      yield* generate(link, provider, request, signal, false);
    }
    outcome = "ok";
  } catch (error) {
    signal.throwIfAborted();
    // A refusal says nothing of the model or its endpoint that was not known.
    const failure = letGo === undefined ? asModelError(error) : failureOf(link, error);
    outcome = failure.kind;
    throw failure;
  } finally {
    letGo?.();
    link.onCall?.({ agent: request.agent, model: model.name, outcome });
    request.onAttempt?.(attemptOf(link, request, { startedAt, outcome }));
  }
}

/**
 * Generates while it holds a slot.
 * @returns true when the model is missing and is to be pulled: nothing was generated
 */
export async function* generate(
  link: Link,
  provider: Provider,
  request: ChatRequest,
  signal: AbortSignal,
  mayPull: boolean,
): AsyncGenerator<ModelEvent, boolean, void> {
  const { endpoint, model } = link;
  const load = loadOf(model, endpoint.config.provider);
  let slot = endpoint.slots.tryTake(request.agent, load);
  if (slot === undefined) {
    yield { type: "notice", notice: { kind: "waiting", endpoint: endpoint.config.name } };
    slot = await endpoint.slots.take(request.agent, signal, load);
  }
  let isAtWork = false;
  try {
    await mustFit(link, provider, signal);
    isAtWork = true;
    for await (const event of new Abortable(chatWithTools(provider, model, request, signal, endpoint.log), signal)) {
      if (isAtWork) endpoint.health.reached();
      isAtWork = false;
      yield event;
    }
    isAtWork = false;
    return false;
  } catch (error) {
    isAtWork &&= signal.aborted;
    if (mayPull && model.pull === "if-missing" && error instanceof ModelError && error.kind === "not-found")
      return true;
    throw error;
  } finally {
    giveBack(slot, endpoint, provider, isAtWork);
  }
}

/** Asked while the slot is held: what another call loads until then counts. */
export async function mustFit(link: Link, provider: Provider, signal: AbortSignal): Promise<void> {
  if (provider.shortage === undefined) return;
  link.fit.found(await provider.shortage(signal));
  const refusal = link.fit.refusal();
  if (refusal !== undefined) throw refusal;
}

/** Has the model fetched, until the signal fires; without a slot. */
export async function* fetchMissing(provider: Provider, signal: AbortSignal): AsyncGenerator<ModelNotice, void, void> {
  if (provider.pull !== undefined) yield* new Abortable(provider.pull(signal), signal);
}

/** A call that was left before it said anything may still be worked on: its slot waits for that. */
function giveBack(slot: Slot, endpoint: Endpoint, provider: Provider, isAtWork: boolean): void {
  if (isAtWork && provider.settle !== undefined) {
    slot.releaseAfter(provider.settle(AbortSignal.any([endpoint.retired, AbortSignal.timeout(settleWithinMs)])));
  } else {
    slot.release();
  }
}

/** What a provider throws beside `ModelError` is a fault of its own. */
export function asModelError(error: unknown): ModelError {
  if (error instanceof ModelError) return error;
  return new ModelError("invalid", "The model's provider failed", { cause: error });
}

// How a turn's failure looks to its caller: stable codes and names (§9, docs/errors.md), and no text of the provider's, which may hold
// addresses or keys. The log has the whole story.

import type { TurnFailure } from "../agent/contract.ts";
import { StopReason } from "../bus/serving/service-port.ts";
import type { ServiceErrorFields } from "../protocol/service-error.ts";
import { ServiceError } from "../protocol/service-error.ts";

/** The service error for a failed or stopped turn of the named agent. */
export function turnError(failure: TurnFailure, agent: string): ServiceError {
  switch (failure.kind) {
    case "model":
      return modelError(failure, agent);
    case "denied":
      return denied(failure, agent);
    case "tools":
      return toolsUnavailable(agent);
    case "stopped":
      return stopError(failure.reason, agent);
    case "limit": {
      const message = `Agent "${agent}" reached the limit of its turns without an answer: ${failure.limit}`;
      return new ServiceError(500, "turn_limit", message, { limit: failure.limit });
    }
    case "memory":
      return new ServiceError(
        500,
        "memory_unavailable",
        `Agent "${agent}" cannot reach the conversation, or cannot keep this turn of it`,
        retryFields(failure.retryAfterS),
      );
    case "internal":
      return new ServiceError(500, "internal", `Agent "${agent}" failed in an unforeseen way; its log says more`);
  }
}

function denied({ what, pattern }: Extract<TurnFailure, { kind: "denied" }>, agent: string): ServiceError {
  const message = `The guard "${pattern}" of agent "${agent}" denies the ${what}`;
  if (what === "prompt") return new ServiceError(400, "prompt_denied", message, { pattern });
  return new ServiceError(500, "answer_denied", message, { pattern });
}

function modelError(failure: Extract<TurnFailure, { kind: "model" }>, agent: string): ServiceError {
  const retry = retryFields(failure.retryAfterS);
  switch (failure.error) {
    case "unreachable":
      return modelUnreachable(agent, retry);
    case "not-found":
      return modelNotFound(agent, retry);
    case "no-memory":
      return modelNoMemory(failure.message, retry);
    case "spent":
      return budgetSpent(agent, failure.message, retry);
    case "refused":
      // With a hint when to come back it is a busy model, else a broken one.
      return new ServiceError(
        failure.retryAfterS === undefined ? 500 : 429,
        "model_refused",
        `The model of agent "${agent}" refused the prompt`,
        retry,
      );
    case "overflow":
      return new ServiceError(
        400,
        "prompt_too_long",
        `The prompt is longer than the context of agent "${agent}"'s model`,
      );
    case "timeout":
      return new ServiceError(500, "model_timeout", `The model of agent "${agent}" did not answer in time`, retry);
    case "invalid":
      return new ServiceError(
        500,
        "model_invalid",
        `The model of agent "${agent}" gave no usable answer, or broke it off`,
      );
  }
}

export function modelUnreachable(agent: string, retry: ServiceErrorFields): ServiceError {
  return new ServiceError(500, "model_unreachable", `The model of agent "${agent}" cannot be reached`, retry);
}

export function modelNotFound(agent: string, retry: ServiceErrorFields): ServiceError {
  const message = `The model of agent "${agent}" is not there: pull it, or name another`;
  return new ServiceError(500, "model_not_found", message, retry);
}

/** In the runtime's own words: how much is needed, and what to do. */
export function modelNoMemory(message: string, retry: ServiceErrorFields): ServiceError {
  return new ServiceError(500, "model_no_memory", message, retry);
}

/** In the runtime's own words: which budget, and when it renews. */
export function budgetSpent(agent: string, reason: string, retry: ServiceErrorFields): ServiceError {
  return new ServiceError(429, "budget_spent", `Agent "${agent}" takes no prompts now: ${reason}`, retry);
}

/** The heartbeat's reason says which, for those who may know. */
export function toolsUnavailable(agent: string): ServiceError {
  const message = `A tool of agent "${agent}" is not there now`;
  return new ServiceError(500, "tool_unavailable", message, retryFields(5));
}

/** The heartbeat's reason says which, for those who may know. */
export function configurationMissing(agent: string): ServiceError {
  const message = `A part of the configuration of agent "${agent}" is not there now`;
  return new ServiceError(500, "configuration_missing", message, retryFields(5));
}

function stopError(reason: unknown, agent: string): ServiceError {
  const kind = reason instanceof StopReason ? reason.kind : "unknown";
  switch (kind) {
    case "deadline":
      return new ServiceError(500, "deadline_exceeded", `Agent "${agent}" did not finish before its deadline`);
    case "drain":
    case "shutdown":
      return new ServiceError(500, "shutting_down", `Agent "${agent}" is shutting down`);
    case "bus-lost":
      return new ServiceError(500, "bus_lost", `Agent "${agent}" lost its connection for too long`);
    case "caller-gone":
    case "unknown":
      return new ServiceError(500, "internal", `The turn of agent "${agent}" was stopped`);
  }
}

/** `retry_after_s` in whole seconds, at least one. */
export function retryFields(retryAfterS: number | undefined): ServiceErrorFields {
  return retryAfterS === undefined ? {} : { retry_after_s: Math.max(1, Math.ceil(retryAfterS)) };
}

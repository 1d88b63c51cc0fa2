// What is told of one call of a model that has ended: whom it asked, and how it went.

import type { AskedModel } from "../telemetry/trace.ts";
import type { ChatRequest, ModelAttempt } from "./contract.ts";
import type { Link } from "./model-call.ts";
import { maxOutputOf } from "./provider.ts";

export function attemptOf(
  link: Link,
  request: ChatRequest,
  { startedAt, outcome }: Pick<ModelAttempt, "startedAt" | "outcome">,
): ModelAttempt {
  return {
    model: link.model.name,
    provider: link.endpoint.config.provider,
    startedAt,
    totalMs: performance.now() - startedAt,
    outcome,
    asked: askedModel(link, request),
  };
}

function askedModel({ model, endpoint }: Link, request: ChatRequest): AskedModel {
  const maxTokens = maxOutputOf(model, request);
  const { server } = endpoint;
  const { temperature, seed, stop } = model;
  return {
    model: model.model,
    ...(server === undefined ? {} : { server }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(seed === undefined ? {} : { seed }),
    ...(stop.length === 0 ? {} : { stop }),
  };
}

// One batch of texts by one model: a slot of its endpoint, its budget, and what the call says about the endpoint.

import { costOf } from "../budget/cost.ts";
import { ModelError } from "../contract.ts";
import { loadOf } from "../load-run.ts";
import { asModelError, failureOf, fetchMissing, mustFit, refusalOf, type Link } from "../model-call.ts";
import type { ModelCallEnd, Provider, RawEmbeddings } from "../provider.ts";
import type { EmbeddingUsage } from "./embedding-model.ts";

export interface EmbeddedBatch {
  readonly vectors: RawEmbeddings["vectors"];
  readonly usage: EmbeddingUsage;
}

/** Whoever embeds is one of those that share an endpoint in turn, beside its agents. */
const asker = "knowledge";
/** A model may have to be loaded from a slow disk first. */
const batchWithinMs = 300_000;
const bytesPerToken = 4;

/** Throws `ModelError`, or the signal's reason, at once; tells how it ended. */
export async function embedBatch(link: Link, texts: readonly string[], signal: AbortSignal): Promise<EmbeddedBatch> {
  let outcome: ModelCallEnd["outcome"] = "stopped";
  try {
    const embedded = await call(link, texts, signal);
    outcome = "ok";
    return embedded;
  } catch (error) {
    if (!signal.aborted) outcome = asModelError(error).kind;
    throw error;
  } finally {
    link.onCall?.({ agent: asker, model: link.model.name, outcome });
  }
}

async function call(link: Link, texts: readonly string[], signal: AbortSignal): Promise<EmbeddedBatch> {
  signal.throwIfAborted();
  const { endpoint, model } = link;
  const refusal = refusalOf(link);
  if (refusal !== undefined) throw refusal;
  const shared = endpoint.provider(model);
  const letGo = shared.hold();
  try {
    const provider = await shared.get();
    const raw = await embedOrFetch(link, provider, texts, signal);
    endpoint.health.reached();
    return { vectors: raw.vectors, usage: spend(link, texts, raw) };
  } catch (error) {
    signal.throwIfAborted();
    throw failureOf(link, error);
  } finally {
    letGo();
  }
}

async function embedOrFetch(
  link: Link,
  provider: Provider,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<RawEmbeddings> {
  try {
    return await embedInSlot(link, provider, texts, signal);
  } catch (error) {
    const isMissing = error instanceof ModelError && error.kind === "not-found";
    if (!isMissing || link.model.pull !== "if-missing" || provider.pull === undefined) throw error;
  }
  const notices = fetchMissing(provider, signal);
  let isThere = false;
  while (!isThere) isThere = (await notices.next()).done === true;
  return embedInSlot(link, provider, texts, signal);
}

async function embedInSlot(
  link: Link,
  provider: Provider,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<RawEmbeddings> {
  const { endpoint, model } = link;
  if (provider.embed === undefined) {
    throw new ModelError(
      "refused",
      `Provider "${endpoint.config.provider}" of model "${model.name}" has no embeddings`,
    );
  }
  const slot = await endpoint.slots.take(asker, signal, loadOf(model, endpoint.config.provider));
  const late = AbortSignal.timeout(batchWithinMs);
  const either = AbortSignal.any([signal, late]);
  try {
    await mustFit(link, provider, signal);
    return await untilAborted(provider.embed(texts, either), either);
  } catch (error) {
    if (signal.aborted || !late.aborted) throw asRefusal(model.name, error);
    throw new ModelError("timeout", `Model "${model.name}" gave no embeddings within ${batchWithinMs / 1000} s`);
  } finally {
    slot.release();
  }
}

/** A model or a server that only chats says so in words of its own. */
function asRefusal(name: string, error: unknown): unknown {
  if (!(error instanceof ModelError) || !/not support embedding/i.test(error.message)) return error;
  const { status, message } = error;
  const text = `Model "${name}" does not embed: name an embedding model, such as nomic-embed-text (${message})`;
  return new ModelError("refused", text, { cause: error, ...(status === undefined ? {} : { status }) });
}

function spend(link: Link, texts: readonly string[], { inputTokens }: RawEmbeddings): EmbeddingUsage {
  const tokens = inputTokens ?? Math.ceil(Buffer.byteLength(texts.join("")) / bytesPerToken);
  const cost = costOf({ inputTokens: tokens, outputTokens: 0 }, link.model.price);
  link.budget?.call(tokens, cost);
  return { inputTokens: tokens, estimated: inputTokens === undefined, ...(cost === undefined ? {} : { cost }) };
}

/** The promise's end, or the signal's reason as soon as it fires. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

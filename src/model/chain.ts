// A chain of models: the next one serves when one gives no text, and only before the first text.

import type { ChatRequest, ModelErrorKind, ModelEvent } from "./contract.ts";
import { ModelError } from "./contract.ts";
import type { Link } from "./model-call.ts";
import { callModel } from "./model-call.ts";
import { callRetrying } from "./retrying-call.ts";

/** A prompt that is too large is the caller's to shorten; it must not travel on to a larger, dearer model by itself. */
const movesOn: ReadonlySet<ModelErrorKind> = new Set([
  "unreachable",
  "refused",
  "not-found",
  "no-memory",
  "spent",
  "timeout",
  "invalid",
]);

/**
 * Generates by the first of `links` that does.
 * @throws {ModelError} of the last one that could be reached; `unreachable` with the soonest next try when none could
 */
export async function* callChain(
  links: readonly Link[],
  request: ChatRequest,
  signal: AbortSignal,
): AsyncGenerator<ModelEvent, void, void> {
  const failures: ModelError[] = [];
  for (const [index, link] of links.entries()) {
    const next = links[index + 1];
    const attempt = new Attempt(link, signal, next !== undefined);
    try {
      // Another model answers sooner than a wait for this one: only the last is tried again.
      const call = next === undefined ? callRetrying : callModel;
      for await (const event of call(link, request, attempt.signal)) {
        if (event.type === "text" || event.type === "tool-call") attempt.hasText();
        yield event;
      }
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ModelError) || attempt.isFirm || !movesOn.has(error.kind)) throw error;
      failures.push(error);
      if (next !== undefined) yield fallback(link, next, error);
    } finally {
      attempt.end();
    }
  }
  throw chainFailure(links, failures);
}

/** One link's try: its signal fires with the caller's, or when the first text is late. */
class Attempt {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal;
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  /** True from the first text on: from then the chain stays with this link. */
  isFirm = false;

  constructor(link: Link, outer: AbortSignal, hasNext: boolean) {
    this.#outer = outer;
    outer.addEventListener("abort", this.#follow, { once: true });
    if (outer.aborted) this.#follow();
    const { firstTextMs, name } = link.model;
    if (firstTextMs === undefined || !hasNext) return;
    this.#timer = setTimeout(() => {
      this.#controller.abort(new ModelError("timeout", `No text from model "${name}" within ${firstTextMs} ms`));
    }, firstTextMs);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  hasText(): void {
    this.isFirm = true;
    clearTimeout(this.#timer);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#outer.removeEventListener("abort", this.#follow);
  }

  readonly #follow = (): void => {
    this.#controller.abort(this.#outer.reason);
  };
}

function fallback(from: Link, to: Link, error: ModelError): ModelEvent {
  const notice = { kind: "fallback", from: from.model.name, to: to.model.name, reason: error.message } as const;
  return { type: "notice", notice };
}

function chainFailure(links: readonly Link[], failures: readonly ModelError[]): ModelError {
  const reached = failures.findLast((failure) => failure.kind !== "unreachable");
  if (reached !== undefined) return reached;
  const names = links.map((link) => link.model.name).join(", ");
  const reasons = failures.map((failure) => failure.message).join("; ");
  const retryAfterS = Math.min(...failures.map((failure) => failure.retryAfterS ?? 1));
  return new ModelError("unreachable", `No model of the chain "${names}" can be reached: ${reasons}`, { retryAfterS });
}

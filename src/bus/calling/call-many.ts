// One prompt to many agents: everything that each of them says, with its address. One agent's failure is its own.

import type { Attachment } from "../../protocol/attachment.ts";
import { callAgent } from "./call.ts";
import { CallError } from "./call-error.ts";
import type { CallEvent, CallOptions } from "./call-event.ts";
import type { CallRequest, CallTarget } from "./call-request.ts";
import type { CallerBus } from "./caller-bus.ts";
import { Handover } from "./handover.ts";

/** An agent to call, and the address that its events carry. */
export interface ManyTarget {
  readonly address: string;
  readonly target: CallTarget;
}

export type ManyEvent =
  /** What the agent sent; an `end` is its last. */
  | { readonly type: "event"; readonly address: string; readonly event: CallEvent }
  /** The agent gave no whole answer. Its last. */
  | { readonly type: "failed"; readonly address: string; readonly error: CallError };

export interface ManyOptions extends CallOptions {
  /** Calls that are open at once; default 16. The others wait for their turn, which no time limit counts. */
  readonly parallel?: number;
  /** Text and files that one agent may send; more fails as `buffer_full`, and the agent is left. Default: no limit. */
  readonly maxAnswerBytes?: number;
}

export const defaultParallel = 16;

/**
 * Calls `agents` in order and yields their events as they come; each agent's are in order, and its last is an `end` or `failed`. Breaking
 * off the iteration leaves every call that is open, so that its agent stops; `signal` does too, and each agent without a whole answer is
 * `failed` as `cancelled`. An agent that is read too slowly fails as `buffer_full`. Throws only what is no `CallError`.
 */
export async function* callMany(
  bus: CallerBus,
  agents: readonly ManyTarget[],
  request: CallRequest,
  options: ManyOptions = {},
): AsyncGenerator<ManyEvent, void, undefined> {
  const leaving = new AbortController();
  const leave = (): void => leaving.abort();
  options.signal?.addEventListener("abort", leave, { once: true });
  if (options.signal?.aborted === true) leave();
  const handover = new Handover<ManyEvent>();
  const waiting = agents.values();
  const worker = async (): Promise<void> => {
    for (const agent of waiting) await callOne(bus, agent, request, { ...options, signal: leaving.signal }, handover);
  };
  const count = Math.min(Math.max(1, options.parallel ?? defaultParallel), agents.length);
  const all = Promise.all(Array.from({ length: count }, worker)).finally(() => handover.close());
  // Awaited below, on every path; until then a rejection is not unhandled.
  const settled = Promise.allSettled([all]);
  try {
    for (let event = await handover.take(); event !== undefined; event = await handover.take()) yield event;
    await all;
  } finally {
    leave();
    handover.close();
    options.signal?.removeEventListener("abort", leave);
    await settled;
  }
}

async function callOne(
  bus: CallerBus,
  { address, target }: ManyTarget,
  request: CallRequest,
  options: ManyOptions,
  handover: Handover<ManyEvent>,
): Promise<void> {
  const limitBytes = options.maxAnswerBytes ?? Number.POSITIVE_INFINITY;
  let bytes = 0;
  try {
    for await (const event of callAgent(bus, target, request, options)) {
      bytes += bytesOf(event);
      if (bytes > limitBytes) throw new CallError("buffer_full", `The answer is larger than ${limitBytes} bytes`);
      await handover.put({ type: "event", address, event });
    }
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    await handover.put({ type: "failed", address, error });
  }
}

/** Every event costs something, so that a stream of empty ones ends too. */
function bytesOf(event: CallEvent): number {
  const own = 64;
  switch (event.type) {
    case "text":
    case "notice":
      return own + event.text.length;
    case "attachments":
      return own + sumBytes(event.attachments);
    case "question":
      return own + event.question.prompt.length + sumBytes(event.question.attachments);
    default:
      return own;
  }
}

function sumBytes(attachments: readonly Attachment[]): number {
  return attachments.reduce((sum, { data }) => sum + data.byteLength, 0);
}

// The calls of one turn: they are seen by its tools alone, and end with it.

import { longestTimerMs } from "../../host/longest-timer.ts";
import type { AgentToolName } from "../../manifest/tools/other-agents-config.ts";
import type { AgentCall } from "./agent-call.ts";

export class CallScope {
  readonly #calls = new Map<string, AgentCall>();
  readonly #maxCalls: number;
  readonly #waiting = new Set<() => void>();
  #reserved = 0;
  #sequence = 0;
  #isClosed = false;

  constructor(maxCalls: number) {
    this.#maxCalls = maxCalls;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  readonly nextSequence = (): number => ++this.#sequence;

  /** Wakes who waits for a change. */
  readonly changed = (): void => {
    for (const wake of [...this.#waiting]) wake();
  };

  /** Makes room for one more, for the finished one that ended first; false when every one is open. Give it back by `add` or `release`. */
  reserve(): boolean {
    while (this.#calls.size + this.#reserved >= this.#maxCalls) {
      const [oldest] = this.calls()
        .filter(({ isOpen }) => !isOpen)
        .sort((a, b) => a.sequence - b.sequence);
      if (oldest === undefined) return false;
      this.#calls.delete(oldest.facts.id);
    }
    this.#reserved += 1;
    return true;
  }

  release(): void {
    this.#reserved -= 1;
  }

  add(call: AgentCall): void {
    this.release();
    this.#calls.set(call.facts.id, call);
  }

  get(id: string): AgentCall | undefined {
    return this.#calls.get(id);
  }

  /** In the order started. */
  calls(): readonly AgentCall[] {
    return [...this.#calls.values()];
  }

  /** Resolves at the next change of any call, or `ms` from now. Rejects with the signal's reason. */
  async change(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const next = Promise.withResolvers<undefined>();
    const wake = (): void => next.resolve(undefined);
    const abort = (): void => next.reject(signal.reason);
    const timer = setTimeout(wake, Math.min(ms, longestTimerMs));
    this.#waiting.add(wake);
    signal.addEventListener("abort", abort, { once: true });
    try {
      await next.promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(wake);
      signal.removeEventListener("abort", abort);
    }
  }

  /** Ends every open call: their questions are refused, and no further one starts. */
  close(): void {
    this.#isClosed = true;
    for (const call of this.#calls.values()) call.cancel();
  }
}

/** What every result says while calls are open. */
export function openCallsNote(
  scope: CallScope,
  offered: ReadonlySet<AgentToolName>,
): { readonly open_calls: number; readonly open_calls_note: string } | undefined {
  const open = scope.calls().filter(({ isOpen }) => isOpen).length;
  if (open === 0) return undefined;
  const counted = open === 1 ? "1 call you started is" : `${open} calls you started are`;
  const note = `${counted} still open. Calls end with the prompt you are answering: ${collectAdvice(open, offered)} before you answer.`;
  return { open_calls: open, open_calls_note: note };
}

function collectAdvice(open: number, offered: ReadonlySet<AgentToolName>): string {
  const [them, their] = open === 1 ? ["it", "its"] : ["them", "their"];
  return offered.has("wait_agent") ? `collect ${them} with wait_agent` : `answer ${their} questions with answer_agent`;
}

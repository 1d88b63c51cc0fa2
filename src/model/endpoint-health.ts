// Whether an endpoint can be reached: told by its calls, and looked at in the background: rarely while all is well, with backoff while it is not.

import type { Logger } from "../telemetry/log.ts";
import { backoffMs } from "./backoff.ts";
import type { EndpointState } from "./contract.ts";
import { ModelError } from "./contract.ts";

export interface HealthPorts {
  readonly log: Logger;
  /** Resolves when the endpoint answers its health route; must end soon after its signal. */
  readonly ping: (signal: AbortSignal) => Promise<void>;
  /** Called after each change of state. */
  readonly onChange: () => void;
  /** How long a health route may take, in ms. */
  readonly pingTimeoutMs: number;
  /** Why nothing may be sent there, as long as the endpoint is declared as it is; absent: nothing is in the way. */
  readonly barred?: string;
}

/** A call's answer counts as a look, so a busy endpoint is never asked. */
export const lookEveryMs = 20_000;

/** Of an endpoint that is barred: whoever mends it is noticed within seconds. */
const barredRetryS = 20;

/** Busy machines answer late: only the second silence in a row means that nobody is there. */
const silencesAllowed = 1;

export class EndpointHealth {
  readonly #ports: HealthPorts;
  #state: "unknown" | "reachable" | "unreachable" = "unknown";
  #reason = "";
  #failures = 0;
  #silences = 0;
  #nextLookAt = 0;
  #lastAnswerAt = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #looking: Promise<void> | undefined;
  readonly #closed = new AbortController();

  constructor(ports: HealthPorts) {
    this.#ports = ports;
    if (ports.barred === undefined) return;
    this.#state = "unreachable";
    this.#reason = ports.barred;
  }

  /** How long any look at the endpoint may take, in ms. */
  get lookTimeoutMs(): number {
    return this.#ports.pingTimeoutMs;
  }

  current(): EndpointState {
    if (this.#state !== "unreachable") return { state: this.#state };
    return { state: "unreachable", reason: this.#reason, retryAfterS: this.#retryAfterS() };
  }

  /** The error of a call that must not be tried now; undefined when it may. */
  refusal(): ModelError | undefined {
    if (this.#state !== "unreachable") return undefined;
    return new ModelError("unreachable", this.#reason, { retryAfterS: this.#retryAfterS() });
  }

  /** The endpoint answered something. */
  reached(): void {
    if (this.#isBarred) return;
    this.#lastAnswerAt = performance.now();
    if (this.#state === "reachable") return;
    this.#failures = 0;
    this.#silences = 0;
    this.#become("reachable");
    this.#schedule(lookEveryMs);
  }

  /** A call ended with `error`: takes from it what it says about the endpoint. Returns the error with the time of the next try. */
  failed(error: ModelError): ModelError {
    if (error.kind === "unreachable") {
      this.#lost(error);
      return new ModelError("unreachable", error.message, { cause: error.cause, retryAfterS: this.#retryAfterS() });
    }
    if (error.kind === "invalid") void this.look();
    else if (error.status !== undefined) this.reached();
    return error;
  }

  /** Asks the health route now, once however many want to know. Never rejects. */
  look(): Promise<void> {
    if (this.#closed.signal.aborted || this.#isBarred) return Promise.resolve();
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#closed.abort();
  }

  async #look(): Promise<void> {
    const signal = AbortSignal.any([this.#closed.signal, AbortSignal.timeout(this.#ports.pingTimeoutMs)]);
    try {
      await this.#ports.ping(signal);
      this.#silences = 0;
      this.reached();
    } catch (error) {
      if (this.#closed.signal.aborted) return;
      this.#missed(error);
    }
    if (this.#state !== "unreachable") this.#schedule(lookEveryMs);
  }

  #missed(error: unknown): void {
    if (error instanceof ModelError && error.kind === "unreachable") {
      this.#lost(error);
    } else if (error instanceof ModelError && error.status !== undefined) {
      this.reached();
    } else if (++this.#silences > silencesAllowed) {
      this.#lost(new ModelError("unreachable", `No answer on its health route within ${this.#ports.pingTimeoutMs} ms`));
    } else {
      this.#schedule(this.#ports.pingTimeoutMs);
    }
  }

  /** Calls that fail while a look is due already don't push it further away. */
  #lost(error: ModelError): void {
    if (this.#isBarred) return;
    const isNews = this.#state !== "unreachable" || performance.now() >= this.#nextLookAt;
    this.#reason = error.message;
    if (!isNews) return;
    this.#failures++;
    this.#schedule(backoffMs(this.#failures, Math.random()));
    this.#become("unreachable");
  }

  #become(state: "reachable" | "unreachable"): void {
    if (this.#state === state) return;
    const was = this.#state;
    this.#state = state;
    if (state === "unreachable") this.#ports.log.warn("Endpoint cannot be reached", { reason: this.#reason });
    else if (was === "unreachable") this.#ports.log.info("Endpoint can be reached again");
    this.#ports.onChange();
  }

  #schedule(delayMs: number): void {
    if (this.#closed.signal.aborted) return;
    clearTimeout(this.#timer);
    this.#nextLookAt = performance.now() + delayMs;
    this.#timer = setTimeout(() => this.#due(), delayMs);
    this.#timer.unref();
  }

  #due(): void {
    const quietMs = performance.now() - this.#lastAnswerAt;
    if (this.#state === "reachable" && quietMs < lookEveryMs) this.#schedule(lookEveryMs - quietMs);
    else void this.look();
  }

  get #isBarred(): boolean {
    return this.#ports.barred !== undefined;
  }

  #retryAfterS(): number {
    if (this.#isBarred) return barredRetryS;
    return Math.max(1, Math.ceil((this.#nextLookAt - performance.now()) / 1000));
  }
}

// The engine for one model: its child is started by the first call, ended when nobody used it for a while, and replaced when it died.

import type { Logger } from "../../telemetry/log.ts";
import { ModelError } from "../contract.ts";
import type { ChatMessage, FromCall, LoadMessage } from "./engine-message.ts";
import { EngineProcess } from "./engine-process.ts";
import type { WatchdogBounds } from "./watchdog.ts";

export interface EngineSettings {
  /** The command that runs the child. */
  readonly argv: readonly string[];
  /** Idle time after which the child ends and its memory is given back. */
  readonly keepAliveMs: number;
  readonly bounds: WatchdogBounds;
  readonly log: Logger;
  /** What the child loads; asked for at each start. Throws `ModelError`. */
  readonly load: () => Promise<LoadMessage>;
}

const endMs = 2_000;
/** The longest that a timer can wait. */
const longestMs = 2 ** 31 - 1;

export class Engine {
  readonly #settings: EngineSettings;
  #process: EngineProcess | undefined;
  #starting: Promise<EngineProcess> | undefined;
  #unload: Timer | undefined;
  #calls = 0;

  constructor(settings: EngineSettings) {
    this.#settings = settings;
  }

  /** Of the child that runs now; undefined when there is none. */
  get pid(): number | undefined {
    return this.#process?.isAlive === true ? this.#process.pid : undefined;
  }

  /** One answer: its events, `done` last. Starts the child when there is none. Throws `ModelError`, or the signal's reason. */
  async *chat(
    message: Omit<ChatMessage, "type" | "id">,
    signal: AbortSignal,
  ): AsyncGenerator<Exclude<FromCall, { type: "failed" | "cancelled" }>, void, void> {
    this.#calls += 1;
    clearTimeout(this.#unload);
    try {
      const running = await abortable(this.#running(), signal);
      await abortable(running.loaded, signal);
      yield* running.chat(message, signal);
    } finally {
      this.#calls -= 1;
      if (this.#calls === 0) this.#unloadLater();
    }
  }

  /** Resolves when the child works on nothing that was aborted. */
  async settle(): Promise<void> {
    await this.#process?.settle();
  }

  /** Ends the child and resolves when its memory is given back; the next call starts another. */
  async unload(): Promise<void> {
    clearTimeout(this.#unload);
    const running = this.#process ?? (await this.#starting);
    this.#process = undefined;
    await running?.end(endMs);
  }

  async #running(): Promise<EngineProcess> {
    if (this.#process?.isAlive === true) return this.#process;
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  async #start(): Promise<EngineProcess> {
    const { argv, bounds, log, load } = this.#settings;
    await this.#process?.ended;
    const message = await load();
    const startedAt = performance.now();
    const started = spawn(argv, message, bounds);
    this.#process = started;
    started.loaded.then(
      (contextTokens) =>
        log.info("Model loaded by the engine", {
          file: message.file,
          contextTokens,
          threads: message.threads,
          ms: Math.round(performance.now() - startedAt),
        }),
      (error: unknown) => log.warn("The engine could not load the model", { file: message.file, error: String(error) }),
    );
    return started;
  }

  #unloadLater(): void {
    const { keepAliveMs, log } = this.#settings;
    this.#unload = setTimeout(
      () => {
        log.debug("Model unloaded by the engine", { idleMs: keepAliveMs });
        this.unload().catch((error: unknown) => log.error("The engine did not end", { error: String(error) }));
      },
      Math.min(keepAliveMs, longestMs),
    );
    this.#unload.unref();
  }
}

function spawn(argv: readonly string[], load: LoadMessage, bounds: WatchdogBounds): EngineProcess {
  try {
    return new EngineProcess(argv, load, bounds);
  } catch (cause) {
    throw new ModelError("unreachable", `Cannot start the model engine: ${String(cause)}`, { cause });
  }
}

/** The promise's result, or the signal's reason as soon as it fires; the promise goes on for others. */
async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

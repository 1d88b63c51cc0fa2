// One life of the engine's child: started with a model to load, spoken to by lines, and reported with what it last printed when it dies.

import { ModelError } from "../contract.ts";
import { CallEvents } from "./call-events.ts";
import { EngineChild } from "./engine-child.ts";
import {
  encodeMessage,
  parseFromEngine,
  type ChatMessage,
  type FromCall,
  type FromEngine,
  type LoadMessage,
} from "./engine-message.ts";
import { Watchdog, type WatchdogBounds } from "./watchdog.ts";

/** A cancelled call that is not confirmed by then counts as hung. */
const cancelMs = 15_000;
/** A model that takes longer to load never will. */
const loadMs = 15 * 60_000;

export class EngineProcess {
  /** Resolves with the tokens of context when the model is loaded. Rejects with a `ModelError`. */
  readonly loaded: Promise<number>;
  /** Resolves when the process is gone and its output is read. */
  readonly ended: Promise<void>;
  readonly #child: EngineChild;
  readonly #calls = new Map<number, CallEvents>();
  readonly #cancelled = new Map<number, Timer>();
  readonly #watchdog: Watchdog;
  readonly #loading = Promise.withResolvers<number>();
  readonly #settled: (() => void)[] = [];
  readonly #loadLimit: Timer;
  #isLoading = true;
  #lastId = 0;
  #failure: ModelError | undefined;

  /** Throws when the program can't be started. */
  constructor(argv: readonly string[], load: LoadMessage, bounds: WatchdogBounds) {
    this.#watchdog = new Watchdog(bounds, (what) => this.#kill(`The model engine hung: ${what}`));
    this.#child = new EngineChild(argv);
    this.loaded = this.#loading.promise;
    this.loaded.catch(ignoreUnread);
    this.ended = this.#untilEnd();
    this.#loadLimit = setTimeout(
      () => this.#kill(`The model engine loaded for more than ${loadMs / 60_000} minutes`),
      loadMs,
    );
    this.#send(load);
    this.#watchdog.start();
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** False as soon as it can take no more calls. */
  get isAlive(): boolean {
    return this.#failure === undefined;
  }

  get isIdle(): boolean {
    return this.#calls.size === 0 && this.#cancelled.size === 0 && !this.#isLoading;
  }

  /** Asks for one answer: its events, up to `done`. Cancels it when the reader leaves early. Throws `ModelError`, or the signal's reason. */
  async *chat(
    message: Omit<ChatMessage, "type" | "id">,
    signal: AbortSignal,
  ): AsyncGenerator<Exclude<FromCall, { type: "failed" | "cancelled" }>, void, void> {
    if (this.#failure !== undefined) throw this.#failure;
    const id = ++this.#lastId;
    const events = new CallEvents();
    this.#calls.set(id, events);
    this.#watchdog.start();
    this.#watchdog.step();
    this.#send({ type: "chat", id, ...message });
    let isOver = false;
    try {
      while (!isOver) {
        const event = await events.next(signal);
        isOver = event.type !== "text" && event.type !== "thinking";
        if (event.type === "failed") throw new ModelError(event.kind, event.message);
        if (event.type === "cancelled") throw new ModelError("invalid", "The model engine broke the answer off");
        yield event;
      }
    } finally {
      this.#calls.delete(id);
      if (!isOver && this.isAlive) this.#cancel(id);
      this.#rest();
    }
  }

  /** Resolves when nothing that was cancelled is worked on any more. */
  async settle(): Promise<void> {
    while (this.#cancelled.size > 0) await new Promise<void>((resolve) => this.#settled.push(resolve));
  }

  /** Ends the child, which gives the memory back; insists after `graceMs`. Resolves when it is gone. */
  async end(graceMs: number): Promise<void> {
    this.#failure ??= new ModelError("invalid", "The model engine was ended");
    this.#child.closeInput();
    const insist = setTimeout(() => this.#child.kill(), graceMs);
    try {
      await this.ended;
    } finally {
      clearTimeout(insist);
    }
  }

  #cancel(id: number): void {
    this.#cancelled.set(
      id,
      setTimeout(() => this.#kill("The model engine hung: it did not stop an answer"), cancelMs),
    );
    this.#send({ type: "cancel", id });
  }

  #take(line: string): void {
    const message = parseFromEngine(line);
    if (message === undefined) {
      this.#child.keepPrinted(line);
      return;
    }
    if (message.type === "beat") this.#watchdog.hear(message.steps);
    else this.#watchdog.step();
    this.#deliver(message);
  }

  #deliver(message: FromEngine): void {
    switch (message.type) {
      case "loaded":
        this.#isLoading = false;
        clearTimeout(this.#loadLimit);
        this.#watchdog.ready();
        this.#loading.resolve(message.contextTokens);
        this.#rest();
        break;
      case "load-failed":
        this.#fail(new ModelError("refused", `The model engine cannot load the model: ${message.message}`));
        this.#child.closeInput();
        break;
      case "beat":
        break;
      default:
        this.#calls.get(message.id)?.push(message);
        if (message.type !== "text" && message.type !== "thinking") this.#confirm(message.id);
    }
  }

  /** A call is over in the child, cancelled or not. */
  #confirm(id: number): void {
    clearTimeout(this.#cancelled.get(id));
    this.#cancelled.delete(id);
    this.#rest();
  }

  #rest(): void {
    if (this.#cancelled.size === 0) for (const resolve of this.#settled.splice(0)) resolve();
    if (this.isIdle) this.#watchdog.stop();
  }

  #kill(reason: string): void {
    this.#fail(new ModelError("invalid", `${reason}. It was ended; the next prompt starts a new one`));
    this.#child.kill();
  }

  /** The first reason stands. Every call that waits learns it. */
  #fail(error: ModelError): void {
    this.#failure ??= error;
    this.#watchdog.stop();
    clearTimeout(this.#loadLimit);
    this.#loading.reject(this.#failure);
    for (const events of this.#calls.values()) events.fail(this.#failure);
    for (const timer of this.#cancelled.values()) clearTimeout(timer);
    this.#cancelled.clear();
    this.#rest();
  }

  async #untilEnd(): Promise<void> {
    const how = await this.#child.follow((line) => this.#take(line));
    const kind = this.#isLoading ? "unreachable" : "invalid";
    this.#fail(new ModelError(kind, `The model engine ${how}. The next prompt starts a new one`));
  }

  #send(message: LoadMessage | ChatMessage | { readonly type: "cancel"; readonly id: number }): void {
    this.#child.send(encodeMessage(message));
  }
}

/** Whoever chats next is told by `loaded`, or by the child's end. */
function ignoreUnread(): void {
  return;
}

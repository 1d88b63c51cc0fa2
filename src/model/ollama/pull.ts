// Fetches a model into Ollama, once however many calls wait for it.

import { cutBody } from "../cut-body.ts";
import { streamFailure } from "../fetch-failure.ts";
import type { ModelNotice } from "../contract.ts";
import { ModelError } from "../contract.ts";
import { countAt, parseRecord, recordAt, textAt } from "../json.ts";
import { LineSplitter } from "../line-splitter.ts";
import type { Transport } from "../transport.ts";
import { streamBody } from "./client.ts";

type Progress = Extract<ModelNotice, { kind: "pulling" }>;

const noticeEveryMs = 500;

/**
 * A download under way. It goes on when those who wait for it leave: the next call finds it further on. It ends with `stop`.
 */
export class Pull {
  /** Never rejects: what went wrong is the answer. */
  readonly finished: Promise<ModelError | undefined>;
  #progress: Progress;
  readonly #layers = new Map<string, { completed: number; total: number }>();
  readonly #stop = new AbortController();

  constructor(transport: Transport, model: string) {
    this.#progress = { kind: "pulling", model, completedBytes: 0, totalBytes: 0 };
    this.finished = this.#run(transport, model);
  }

  /** Progress, at once and then twice a second, until the model is there. Throws the pull's `ModelError`, or the signal's reason. */
  async *watch(signal: AbortSignal): AsyncGenerator<ModelNotice, void, void> {
    const left = Promise.withResolvers<"left">();
    const leave = () => left.resolve("left");
    signal.addEventListener("abort", leave, { once: true });
    try {
      signal.throwIfAborted();
      for (;;) {
        yield this.#progress;
        const next = await Promise.race([this.finished, left.promise, pause()]);
        signal.throwIfAborted();
        if (next instanceof ModelError) throw next;
        if (next === undefined) return;
      }
    } finally {
      signal.removeEventListener("abort", leave);
    }
  }

  stop(): void {
    this.#stop.abort(new ModelError("refused", "The pull was stopped"));
  }

  async #run(transport: Transport, model: string): Promise<ModelError | undefined> {
    try {
      await this.#read(transport, model);
      return undefined;
    } catch (error) {
      return streamFailure(error);
    }
  }

  async #read(transport: Transport, model: string): Promise<void> {
    const body = await streamBody(transport, this.#stop.signal, (client) => client.pull({ model, stream: true }));
    const reader = body.getReader();
    const lines = new LineSplitter();
    try {
      for (let read = await reader.read(); !read.done; read = await reader.read()) {
        for (const line of lines.push(read.value)) if (this.#isLast(line)) return;
      }
      if (!this.#isLast(lines.rest())) throw new ModelError("invalid", `The pull of "${model}" broke off`);
    } finally {
      cutBody(reader);
    }
  }

  #isLast(line: string): boolean {
    const record = parseRecord(line);
    const error = textAt(record, "error") || textAt(recordAt(record, "error"), "message");
    if (error !== "") throw pullFailure(this.#progress.model, error);
    const digest = textAt(record, "digest");
    const total = countAt(record, "total");
    if (digest !== "" && total !== undefined) {
      this.#layers.set(digest, { completed: countAt(record, "completed") ?? 0, total });
      this.#sum();
    }
    return textAt(record, "status") === "success";
  }

  #sum(): void {
    let completedBytes = 0;
    let totalBytes = 0;
    for (const layer of this.#layers.values()) {
      completedBytes += layer.completed;
      totalBytes += layer.total;
    }
    this.#progress = { ...this.#progress, completedBytes, totalBytes };
  }
}

async function pause(): Promise<"more"> {
  await Bun.sleep(noticeEveryMs);
  return "more";
}

function pullFailure(model: string, error: string): ModelError {
  const isUnknown = /not found|does not exist|file does not exist/i.test(error);
  const message = `Ollama cannot pull "${model}": ${error.slice(0, 400)}`;
  return new ModelError(isUnknown ? "not-found" : "refused", message);
}

/** Pulls under way at one endpoint, by model. */
export class Pulls {
  readonly #running = new Map<string, Pull>();

  /** The pull of `model` that runs, or a new one. */
  join(transport: Transport, model: string): Pull {
    const running = this.#running.get(model);
    if (running !== undefined) return running;
    const pull = new Pull(transport, model);
    this.#running.set(model, pull);
    void pull.finished.then(() => this.#running.delete(model));
    return pull;
  }

  stop(model: string): void {
    this.#running.get(model)?.stop();
  }
}

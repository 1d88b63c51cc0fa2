// The engine's child process: reads messages from standard input, answers on standard output, and ends when its input ends.

import { endBeforeOthers } from "../../../host/oom-score.ts";
import { LineSplitter } from "../../line-splitter.ts";
import {
  encodeMessage,
  maxLineBytes,
  parseToEngine,
  type ChatMessage,
  type FromEngine,
  type LoadMessage,
} from "../engine-message.ts";
import { ContextOverflow, generate, historyOf, promptTokens, RefusedRequest } from "./generate.ts";
import { loadModel, type LoadedModel } from "./load-model.ts";

const beatMs = 1_000;

/** Runs until standard input ends, whatever is being generated then; resolves to the exit code. The caller ends the process at once. */
export async function run(): Promise<number> {
  endBeforeOthers();
  const engine = new Engine(process.stdout);
  const lines = new LineSplitter(maxLineBytes);
  for await (const bytes of Bun.stdin.stream()) {
    for (const line of lines.push(bytes)) engine.take(line);
  }
  return 0;
}

class Engine {
  readonly #output: { write(text: string): unknown };
  readonly #calls = new Map<number, AbortController>();
  #model: Promise<LoadedModel> | undefined;
  #steps = 0;
  #working = 0;
  #beat: Timer | undefined;

  constructor(output: { write(text: string): unknown }) {
    this.#output = output;
  }

  take(line: string): void {
    const message = parseToEngine(line);
    switch (message?.type) {
      case "load":
        void this.#work(() => this.#load(message));
        break;
      case "chat":
        void this.#work(() => this.#chat(message));
        break;
      case "cancel":
        this.#calls.get(message.id)?.abort();
        break;
      case undefined:
        process.stderr.write("The engine was sent a line that is no message\n");
    }
  }

  async #load(message: LoadMessage): Promise<void> {
    this.#model = loadModel(message, (line) => process.stderr.write(`${line}\n`));
    try {
      const { contextTokens } = await this.#model;
      this.#send({ type: "loaded", contextTokens });
    } catch (error) {
      this.#send({ type: "load-failed", message: textOf(error) });
    }
  }

  async #chat(message: ChatMessage): Promise<void> {
    const { id } = message;
    const controller = new AbortController();
    this.#calls.set(id, controller);
    try {
      this.#send({ type: "done", id, ...(await this.#answer(message, controller.signal)) });
    } catch (error) {
      if (controller.signal.aborted) this.#send({ type: "cancelled", id });
      else this.#send({ type: "failed", id, kind: kindOf(error), message: textOf(error) });
    } finally {
      this.#calls.delete(id);
    }
  }

  async #answer(message: ChatMessage, signal: AbortSignal) {
    if (this.#model === undefined) throw new RefusedRequest("No model was loaded");
    const model = await this.#model;
    const { id } = message;
    const events = {
      onText: (text: string) => this.#send({ type: "text", id, text }),
      onThinking: (text: string) => this.#send({ type: "thinking", id, text }),
      onStep: () => {
        this.#steps += 1;
      },
    };
    const history = historyOf(message);
    return model.conversations.use(
      (chat) => promptTokens(model, chat, history),
      async (chat) => {
        signal.throwIfAborted();
        return generate(model, chat, message, events, signal);
      },
    );
  }

  /** Beats while there is work, so that our parent can tell slow from hung. */
  async #work(run: () => Promise<void>): Promise<void> {
    this.#working += 1;
    this.#beat ??= setInterval(() => this.#send({ type: "beat", steps: this.#steps }), beatMs);
    try {
      await run();
    } finally {
      this.#working -= 1;
      if (this.#working === 0) {
        clearInterval(this.#beat);
        this.#beat = undefined;
      }
    }
  }

  #send(message: FromEngine): void {
    this.#output.write(encodeMessage(message));
  }
}

function kindOf(error: unknown): "overflow" | "refused" | "invalid" {
  if (error instanceof ContextOverflow) return "overflow";
  return error instanceof RefusedRequest ? "refused" : "invalid";
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

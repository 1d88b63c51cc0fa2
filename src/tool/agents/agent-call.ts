// One prompt to another agent, read from the moment that it was sent, whether somebody waits for it or not.

import { ToolError, type ToolErrorKind } from "../contract.ts";
import type { CallFiles, SavedFile } from "./save-files.ts";
import type { RemoteCall, RemoteQuestion } from "./port.ts";

export type CallState = "running" | "input_required" | "completed" | "failed" | "cancelled" | "expired";

/** Characters of an answer that are kept; more is a flood, and fails the call. */
const maxReplyLength = 1024 * 1024;
/** Characters of an answer that a model reads. */
const maxShownLength = 48 * 1024;
/** Questions of one call; more are no conversation. */
const maxQuestions = 64;
const maxQuestionLength = 8 * 1024;

export interface CallFacts {
  readonly id: string;
  readonly address: string;
  readonly label?: string;
  /** It was started with `wait: false`. */
  readonly isDetached: boolean;
}

interface HeldQuestion {
  readonly question: RemoteQuestion;
  readonly files: readonly SavedFile[];
}

export interface CallPorts {
  readonly remote: RemoteCall;
  readonly files: CallFiles;
  /** How long it may run. */
  readonly limitMs: number;
  /** Orders what becomes ready in one scope. */
  readonly nextSequence: () => number;
  /** Its state is another one. */
  readonly onChange: () => void;
}

export class AgentCall {
  readonly facts: CallFacts;
  readonly startedAt = new Date();
  readonly #ports: CallPorts;
  readonly #limit: ReturnType<typeof setTimeout>;
  readonly #questions: HeldQuestion[] = [];
  readonly #replyFiles: SavedFile[] = [];
  #state: CallState = "running";
  #sequence = 0;
  #endedAt: Date | undefined;
  #error: { readonly text: string; readonly kind: ToolErrorKind } | undefined;
  #text = "";
  #asked = 0;

  constructor(facts: CallFacts, ports: CallPorts) {
    this.facts = facts;
    this.#ports = ports;
    this.#limit = setTimeout(() => this.#expire(), ports.limitMs);
    void this.#read();
  }

  get state(): CallState {
    return this.#state;
  }

  /** When it became ready last, in the order of its scope. */
  get sequence(): number {
    return this.#sequence;
  }

  get endedAt(): Date | undefined {
    return this.#endedAt;
  }

  get isOpen(): boolean {
    return this.#state === "running" || this.#state === "input_required";
  }

  /** Why it failed. */
  get failure(): ToolErrorKind | undefined {
    return this.#error?.kind;
  }

  /** Answers the oldest open question. */
  answer(text: string): void {
    this.#questions.shift()?.question.answer(text);
    this.#become(this.#questions.length > 0 ? "input_required" : "running");
  }

  cancel(): void {
    this.#finish("cancelled");
  }

  /** As the contract writes it. */
  result(): Readonly<Record<string, unknown>> {
    const { id, label } = this.facts;
    return { call_id: id, state: this.#state, ...(label === undefined ? {} : { label }), ...this.#carried() };
  }

  #carried(): Readonly<Record<string, unknown>> {
    const files = this.#replyFiles.length === 0 ? {} : { attachments: this.#replyFiles };
    const partial = this.#text === "" ? {} : { partial_reply: shown(this.#text) };
    switch (this.#state) {
      case "running":
        return {};
      case "input_required": {
        const [held] = this.#questions;
        const asked = held === undefined || held.files.length === 0 ? {} : { attachments: held.files };
        return { question: (held?.question.prompt ?? "").slice(0, maxQuestionLength), ...asked };
      }
      case "completed":
        return { reply: shown(this.#text), ...files };
      case "failed":
      case "expired":
        return { error: this.#error?.text ?? "The call failed", ...partial, ...files };
      case "cancelled":
        return { ...partial, ...files };
    }
  }

  /** Never rejects. */
  async #read(): Promise<void> {
    try {
      for await (const event of this.#ports.remote.events) {
        if (!this.isOpen) return;
        switch (event.type) {
          case "status":
            break;
          case "text":
            this.#text += event.text;
            if (this.#text.length > maxReplyLength)
              throw new ToolError("limit", `The agent at "${this.facts.address}" sends more than can be taken`);
            break;
          case "files":
            this.#replyFiles.push(...(await this.#ports.files.save(event.files)));
            break;
          case "question":
            await this.#hold(event.question);
            break;
        }
      }
      this.#finish("completed");
    } catch (error) {
      const kind = error instanceof ToolError ? error.kind : "failed";
      this.#finish("failed", { text: error instanceof Error ? error.message : String(error), kind });
    }
  }

  /** An approval is none of ours to give: it waits for those who may, and the call runs on. */
  async #hold(question: RemoteQuestion): Promise<void> {
    if (question.isApproval) return;
    this.#asked += 1;
    if (this.#asked > maxQuestions)
      throw new ToolError("limit", `The agent at "${this.facts.address}" asks more than ${maxQuestions} questions`);
    const files = await this.#ports.files.save(question.files);
    if (!this.isOpen) return;
    this.#questions.push({ question, files });
    if (this.#state === "running") this.#become("input_required");
  }

  #become(state: "running" | "input_required"): void {
    if (!this.isOpen) return;
    this.#state = state;
    if (state === "input_required") this.#sequence = this.#ports.nextSequence();
    this.#ports.onChange();
  }

  #expire(): void {
    const text = `The call ran past its limit of ${durationText(this.#ports.limitMs)} and was stopped`;
    this.#finish("expired", { text: `${text}; the agent may still be working on it`, kind: "timeout" });
  }

  /** The first one counts. */
  #finish(
    state: "completed" | "failed" | "cancelled" | "expired",
    error?: { readonly text: string; readonly kind: ToolErrorKind },
  ): void {
    if (!this.isOpen) return;
    clearTimeout(this.#limit);
    this.#state = state;
    this.#error = error;
    this.#endedAt = new Date();
    this.#sequence = this.#ports.nextSequence();
    this.#questions.length = 0;
    this.#ports.remote.drop();
    this.#ports.onChange();
  }
}

/** Its head: a result has a size that a model can read. */
function shown(text: string): string {
  if (text.length <= maxShownLength) return text;
  return `${text.slice(0, maxShownLength).toWellFormed()}\n[… ${text.length - maxShownLength} characters left out]`;
}

function durationText(ms: number): string {
  const [amount, unit] = ms % 60_000 === 0 ? [ms / 60_000, "minute"] : [ms / 1_000, "second"];
  return `${amount} ${unit}${amount === 1 ? "" : "s"}`;
}

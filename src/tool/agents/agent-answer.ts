// One prompt to another agent and what came of it so far: text within its limit, files in the turn's folder, the question it waits with.

import { join } from "node:path";
import type { AgentToolConfig } from "../../manifest/tools/other-agents-config.ts";
import { neutralise } from "../../telemetry/neutralise.ts";
import type { ToolContext, ToolOutput } from "../contract.ts";
import { ToolError } from "../contract.ts";
import { asksForLeave } from "./asks-for-leave.ts";
import { followAnswer } from "./follow-answer.ts";
import type { RemoteQuestion } from "./port.ts";
import type { ReachedAgent } from "./reach-agent.ts";
import { CallFiles, type SavedFile } from "./save-files.ts";
import type { TimeLimit } from "./time-limit.ts";

const maxQuestionLength = 4 * 1024;

export class AgentAnswer {
  readonly #config: AgentToolConfig;
  readonly #reached: ReachedAgent;
  readonly #limit: TimeLimit;
  readonly #files: CallFiles;
  readonly #saved: SavedFile[] = [];
  #text = "";
  #isCut = false;
  #question: RemoteQuestion | undefined;

  /** `folder`: the turn's. */
  constructor(config: AgentToolConfig, reached: ReachedAgent, limit: TimeLimit, folder: () => Promise<string>) {
    this.#config = config;
    this.#reached = reached;
    this.#limit = limit;
    this.#files = new CallFiles(async () => join(await folder(), config.name), config.maxFilesBytes);
  }

  /** It waits for the model's answer to a question. */
  get isAsking(): boolean {
    return this.#question !== undefined;
  }

  reply(text: string): void {
    this.#question?.answer(text);
    this.#question = undefined;
  }

  /** Leaves the call: what is open is refused. */
  drop(): void {
    this.#reached.call.drop();
    this.#limit.end();
  }

  /** Reads on until the answer is whole, too long, or the model is asked. Rejects with a `ToolError`, or the turn's reason. */
  async read(context: ToolContext): Promise<ToolOutput> {
    try {
      this.#question = await followAnswer(this.#reached.events, {
        tool: this.#config.name,
        agent: this.#reached.agent,
        context,
        questionTimeoutMs: this.#config.questionTimeoutMs,
        onText: (text) => this.#add(text),
        onFiles: async (files) => void this.#saved.push(...(await this.#files.save(files))),
        onQuestion: ({ prompt }) => this.#receiver(prompt),
      });
    } catch (error) {
      this.drop();
      if (this.#isCut) return { text: this.#whole() };
      throw this.#limit.reason() ?? this.#withPart(error);
    }
    if (this.#question !== undefined) return { text: this.#asked(this.#question) };
    this.drop();
    return { text: this.#whole() };
  }

  #add(text: string): void {
    this.#text += text;
    if (this.#text.length <= this.#config.maxOutputBytes) return;
    this.#text = this.#text.slice(0, this.#config.maxOutputBytes).toWellFormed();
    this.#isCut = true;
    throw new ToolError("limit", "The answer is too long");
  }

  #receiver(prompt: string): "ask-caller" | "deny" | "stop" {
    switch (this.#config.questions) {
      case "deny":
        return "deny";
      case "caller":
        return "ask-caller";
      case "model":
        return asksForLeave(prompt) ? "ask-caller" : "stop";
    }
  }

  #asked({ prompt }: RemoteQuestion): string {
    const question = neutralise(prompt).slice(0, maxQuestionLength);
    return `The agent asks, before it goes on: ${question}\nCall "${this.#config.name}" again with your answer as the prompt.`;
  }

  #whole(): string {
    const text = this.#text.trim() === "" ? "(The agent's answer holds no text)" : this.#text;
    const cut = this.#isCut ? `\n[… cut here: longer than ${this.#config.maxOutputBytes} characters]` : "";
    const files = this.#saved.map(fileLine).join("\n");
    return `${text}${cut}${files === "" ? "" : `\n\nFiles that it sent:\n${files}`}`;
  }

  /** What came before it failed is told, too: a model can use half of an answer. */
  #withPart(error: unknown): unknown {
    if (!(error instanceof ToolError) || this.#text.trim() === "") return error;
    return new ToolError(error.kind, `${error.message}. Before that it had said: ${this.#text}`, { cause: error });
  }
}

function fileLine({ filename, size_bytes: bytes, path, skipped }: SavedFile): string {
  if (path !== null) return `- ${path} (${bytes} bytes)`;
  const why = skipped === "over_limit" ? "too large" : "its content cannot be read";
  return `- ${JSON.stringify(neutralise(filename))} was left out: ${why}`;
}

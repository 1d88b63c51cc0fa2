// `muster chat`: a conversation with one agent, line by line.

import type { Interface } from "node:readline/promises";
import { createInterface } from "node:readline/promises";
import { callAgent } from "../bus/calling/call.ts";
import { CallError } from "../bus/calling/call-error.ts";
import type { FoundAgent } from "../bus/calling/address.ts";
import type { Attachment } from "../protocol/attachment.ts";
import { isUsableAnswer, wantedWords, whyUnsigned } from "./approval-answer.ts";
import { AnswerWriter } from "./answer-writer.ts";
import { lostCallFailure } from "./call-failure.ts";
import type { Command, Invocation } from "./command.ts";
import { CommandError, exitCode } from "./command-error.ts";
import { serverDetails, serverOptions } from "./common-options.ts";
import type { CommandBus } from "./connect-bus.ts";
import { connectBus } from "./connect-bus.ts";
import { durationOption } from "./duration-option.ts";
import { findAgent } from "./find-agent.ts";
import { LineInput } from "./line-input.ts";
import { neutralise } from "../telemetry/neutralise.ts";
import { readAttachments } from "./read-attachments.ts";
import type { Terminal } from "./terminal.ts";

const helpText = [
  "/attach FILE  send a file with the next message",
  "/new          begin a new conversation",
  "/help         show this",
  "/exit         leave (Ctrl-D too)",
  "Ctrl-C stops the answer that is coming; the arrow keys bring back what you wrote.",
  "",
].join("\n");

export const command: Command = {
  name: "chat",
  summary: "Talk with an agent",
  details: [
    'ADDRESS is as for "muster ask". The conversation has an id, sent with each message: agents that know sessions, as Muster\'s do, remember ' +
      "what was said. When the agent asks something in the middle of its answer, the next line is your reply.",
    "Inside: /attach FILE sends a file with the next message, /new begins a new conversation, /exit or Ctrl-D leaves. Ctrl-C stops the answer that is coming.",
    serverDetails,
  ],
  args: [{ name: "ADDRESS", description: "which agent", complete: "agents" }],
  options: {
    session: { value: "ID", description: "continue this conversation; default a new one", complete: "none" },
    save: { value: "DIR", description: "save files that the agent sends; nothing is overwritten", complete: "folder" },
    inactivity: { value: "DURATION", description: "longest silence of the agent; default 60s", complete: "none" },
    ...serverOptions,
  },
  examples: [
    { line: "muster chat assistant", does: "begin a conversation" },
    { line: "muster chat assistant --session line3", does: "continue one" },
  ],
  run: chat,
};

async function chat(invocation: Invocation, terminal: Terminal): Promise<number> {
  const [address = ""] = invocation.args;
  const inactivityMs = durationOption(invocation, "inactivity");
  const bus = await connectBus(invocation, terminal, { isPersistent: true });
  try {
    const agent = await findAgent(bus, address);
    const lines = createInterface({
      input: process.stdin,
      output: process.stderr,
      terminal: terminal.isInTerminal && terminal.isErrTerminal,
      historySize: 500,
    });
    const session = invocation.text("session") ?? crypto.randomUUID();
    terminal.err(`Talking with ${terminal.safeErr(agent.address)} on ${bus.said}. /help tells what you can do\n`);
    await new Conversation(
      { bus, agent, address, terminal, lines, inactivityMs, saveFolder: invocation.text("save") },
      session,
    ).run();
    lines.close();
    return exitCode.ok;
  } finally {
    await bus.connection.close();
  }
}

interface ChatParts {
  readonly bus: CommandBus;
  readonly agent: FoundAgent;
  readonly address: string;
  readonly terminal: Terminal;
  readonly lines: Interface;
  readonly inactivityMs: number | undefined;
  readonly saveFolder: string | undefined;
}

class Conversation {
  readonly #parts: ChatParts;
  #session: string;
  #attachments: Attachment[] = [];
  /** Stops the answer that is coming. */
  #answering: AbortController | undefined;

  constructor(parts: ChatParts, session: string) {
    this.#parts = parts;
    this.#session = session;
  }

  /** Until /exit, Ctrl-D, or Ctrl-C where nothing is coming. */
  async run(): Promise<void> {
    const { lines } = this.#parts;
    const input = new LineInput(lines);
    const stop = (): void => {
      if (this.#answering === undefined) input.close();
      else this.#answering.abort();
    };
    lines.on("SIGINT", stop);
    process.on("SIGINT", stop);
    try {
      for (;;) {
        const line = await input.read("you> ");
        if (line === undefined || line.trim() === "/exit" || line.trim() === "/quit") return;
        if (line.trim() !== "") await this.#take(line, input);
      }
    } finally {
      lines.off("SIGINT", stop);
      process.off("SIGINT", stop);
    }
  }

  async #take(line: string, input: LineInput): Promise<void> {
    try {
      if (line.startsWith("/")) await this.#command(line.trim());
      else await this.#say(line, input);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      this.#parts.terminal.err(`${this.#parts.terminal.safeErr(error.message)}\n`);
    }
  }

  async #command(line: string): Promise<void> {
    const { terminal } = this.#parts;
    const [name = "", ...rest] = line.split(/\s+/);
    switch (name) {
      case "/attach": {
        const path = rest.join(" ");
        if (path === "") throw new CommandError("/attach needs a file: /attach FILE");
        this.#attachments.push(...(await readAttachments([path], terminal.folder)));
        terminal.err(`"${path}" goes with your next message\n`);
        return;
      }
      case "/new":
        this.#session = crypto.randomUUID();
        terminal.err("A new conversation\n");
        return;
      case "/help":
        terminal.err(helpText);
        return;
      default:
        throw new CommandError(
          `There is no "${name}" here. /help tells what there is; a message may begin with a space`,
        );
    }
  }

  async #say(line: string, input: LineInput): Promise<void> {
    const { bus, agent, address, terminal, inactivityMs, saveFolder } = this.#parts;
    const writer = new AnswerWriter(terminal, { isQuiet: false, canAnswer: true, saveFolder });
    const answering = new AbortController();
    this.#answering = answering;
    const request = { prompt: line, session: this.#session, attachments: this.#attachments };
    this.#attachments = [];
    try {
      const events = callAgent(bus.connection, agent.target, request, {
        signal: answering.signal,
        sender: bus.sender,
        approver: bus.sender,
        ...(inactivityMs === undefined ? {} : { inactivityMs }),
        answer: async (question, signal) => {
          writer.finish();
          terminal.err(`The agent asks: ${neutralise(question.prompt)}\n`);
          const unsigned = await whyUnsigned(question, bus.sender);
          if (unsigned !== undefined) terminal.err(unsigned);
          if (unsigned !== undefined) return undefined;
          for (;;) {
            const answer = await input.read("your answer> ", signal);
            if (answer === undefined || answer.trim() === "") return undefined;
            if (isUsableAnswer(question, answer)) return { prompt: answer };
            terminal.err(wantedWords);
          }
        },
      });
      for await (const event of events) await writer.write(event);
    } catch (error) {
      writer.finish();
      throw error instanceof CallError ? await lostCallFailure(error, address, bus.whenLost) : error;
    } finally {
      this.#answering = undefined;
    }
  }
}

// Shows an answer as it comes: text on standard output, everything else on standard error, never in the middle of a line.

import type { CallEvent } from "../bus/calling/call-event.ts";
import { neutraliseLine } from "../telemetry/neutralise.ts";
import { saveFile } from "./save-file.ts";
import type { Style } from "./style.ts";
import { errStyleFor } from "./style.ts";
import type { Terminal } from "./terminal.ts";

export interface AnswerWriterOptions {
  readonly isQuiet: boolean;
  /** Somebody answers the agent's questions. */
  readonly canAnswer: boolean;
  /** Where files of the agent go; absent: they are only named. */
  readonly saveFolder?: string | undefined;
}

export class AnswerWriter {
  readonly #terminal: Terminal;
  readonly #options: AnswerWriterOptions;
  readonly #style: Style;
  #isAtLineStart = true;
  #lastStatus = "";

  constructor(terminal: Terminal, options: AnswerWriterOptions) {
    this.#terminal = terminal;
    this.#options = options;
    this.#style = errStyleFor(terminal);
  }

  /** Rejects when a file cannot be saved. */
  async write(event: CallEvent): Promise<void> {
    switch (event.type) {
      case "ack":
        return;
      case "status":
        this.#status(event.status);
        return;
      case "text":
        this.#text(event.text);
        return;
      case "attachments":
        for (const attachment of event.attachments) this.notice(await this.#fileText(attachment));
        return;
      case "question":
        if (!this.#options.canAnswer) this.notice(`The agent asks, and nobody answers here: ${event.question.prompt}`);
        return;
      case "notice":
        this.notice(event.text);
        return;
      case "end":
        this.finish();
    }
  }

  /** A line on standard error. */
  notice(text: string): void {
    this.finish();
    this.#terminal.err(`${this.#style.dim(neutraliseLine(text))}\n`);
  }

  /** Ends the line that the text left open. */
  finish(): void {
    if (!this.#isAtLineStart) this.#terminal.out("\n");
    this.#isAtLineStart = true;
  }

  #text(text: string): void {
    const safe = this.#terminal.safe(text);
    if (safe === "") return;
    this.#terminal.out(safe);
    this.#isAtLineStart = safe.endsWith("\n");
    this.#lastStatus = "";
  }

  /** Each token once in a row, and never into the text. */
  #status(status: string): void {
    if (this.#options.isQuiet || status === this.#lastStatus || !this.#isAtLineStart) return;
    this.#lastStatus = status;
    this.notice(`[${status}]`);
  }

  async #fileText(attachment: { readonly filename: string; readonly data: Uint8Array }): Promise<string> {
    const { filename, data } = attachment;
    const folder = this.#options.saveFolder;
    if (folder === undefined) return `The agent sent "${filename}", ${data.byteLength} bytes; --save DIR keeps it`;
    return `Saved "${await saveFile(folder, attachment)}", ${data.byteLength} bytes`;
  }
}

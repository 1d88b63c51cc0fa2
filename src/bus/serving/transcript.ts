// What one turn has said so far, kept whole for whoever sends the same prompt again; given up when it grows too large.

import type { Attachment } from "../../protocol/attachment.ts";
import type { ReplyEvent } from "./service-port.ts";

export type SaidEvent = Extract<ReplyEvent, { type: "text" | "attachments" }>;

/** More than this of one answer is not kept. */
export const longestTranscriptBytes = 256 * 1024;

export class Transcript {
  #said: SaidEvent[] = [];
  #text = "";
  #bytes = 0;
  #isWhole = true;

  /** About what it takes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** False: it has grown too large, and nothing of it is kept. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  add(event: SaidEvent): void {
    if (!this.#isWhole) return;
    this.#bytes += event.type === "text" ? 2 * event.text.length : attachmentBytes(event.attachments);
    if (this.#bytes > longestTranscriptBytes) {
      this.#isWhole = false;
      this.#said = [];
      this.#text = "";
      this.#bytes = 0;
    } else if (event.type === "text") {
      this.#text += event.text;
    } else {
      this.#closeText();
      this.#said.push(event);
    }
  }

  said(): readonly SaidEvent[] {
    this.#closeText();
    return this.#said;
  }

  #closeText(): void {
    if (this.#text !== "") this.#said.push({ type: "text", text: this.#text });
    this.#text = "";
  }
}

function attachmentBytes(attachments: readonly Attachment[]): number {
  return attachments.reduce((sum, { filename, data }) => sum + 2 * filename.length + data.byteLength, 0);
}

// The questions that one turn has put to its caller, each with a reply subject of its own (§7).

import { decodeRequest } from "../../protocol/request.ts";
import type { PromptRequest } from "../../protocol/request.ts";
import { ServiceError } from "../../protocol/service-error.ts";
import { isNoResponders, type ProbeInbox } from "../connection/probe-inbox.ts";
import { uniqueId } from "../unique-id.ts";
import type { OpenQuestion } from "./service-port.ts";

export interface AskedQuestion {
  readonly id: string;
  readonly replySubject: string;
}

/** More than these are not asked: a caller reads no endless list of them. */
const maxOpen = 64;

export class OpenQuestions {
  readonly #inbox: ProbeInbox;
  readonly #open = new Set<() => void>();

  constructor(inbox: ProbeInbox) {
    this.#inbox = inbox;
  }

  /** Listens for its answer from now on. Undefined: too many are open, or the asker does not wait any more. */
  open({ signal, onAnswer }: OpenQuestion): AskedQuestion | undefined {
    if (signal.aborted || this.#open.size >= maxOpen) return undefined;
    const place = this.#inbox.open((message) => {
      if (isNoResponders(message)) return;
      close();
      onAnswer(decodeAnswer(message.data));
    });
    const close = (): void => {
      signal.removeEventListener("abort", close);
      place.close();
      this.#open.delete(close);
    };
    signal.addEventListener("abort", close, { once: true });
    this.#open.add(close);
    return { id: uniqueId(), replySubject: place.subject };
  }

  /** Nothing more is listened for. */
  close(): void {
    for (const close of [...this.#open]) close();
  }
}

function decodeAnswer(payload: Uint8Array): PromptRequest | ServiceError {
  try {
    return decodeRequest(payload, { acceptsAttachments: true });
  } catch (cause) {
    if (cause instanceof ServiceError) return cause;
    throw cause;
  }
}

// The questions that one turn has put to its caller, each with a reply subject of its own (§7).

import { decodeRequest } from "../../protocol/request.ts";
import type { PromptRequest } from "../../protocol/request.ts";
import { ServiceError } from "../../protocol/service-error.ts";
import type { NonceStore } from "../../protocol/classify-sender.ts";
import { isNoResponders, type ProbeInbox } from "../connection/probe-inbox.ts";
import { answerSender } from "../identity/answer-sender.ts";
import { uniqueId } from "../unique-id.ts";
import type { OpenQuestion } from "./service-port.ts";

export interface AskedQuestion {
  readonly id: string;
  readonly replySubject: string;
}

export interface PutQuestion {
  readonly asked: AskedQuestion;
  readonly question: OpenQuestion;
}

/** More than these are not asked: a caller reads no endless list of them. */
const maxOpen = 64;

export class OpenQuestions {
  readonly #inbox: ProbeInbox;
  readonly #nonces: NonceStore;
  readonly #open = new Map<() => void, PutQuestion>();

  constructor({ inbox, nonces }: { readonly inbox: ProbeInbox; readonly nonces: NonceStore }) {
    this.#inbox = inbox;
    this.#nonces = nonces;
  }

  /** Listens for its answer from now on. Undefined: too many are open, or the asker does not wait any more. */
  open(question: OpenQuestion): AskedQuestion | undefined {
    const { signal, onAnswer } = question;
    if (signal.aborted || this.#open.size >= maxOpen) return undefined;
    const place = this.#inbox.open((message) => {
      if (isNoResponders(message)) return;
      close();
      onAnswer(decodeAnswer(message.data), answerSender(message, this.#nonces));
    });
    const close = (): void => {
      signal.removeEventListener("abort", close);
      place.close();
      this.#open.delete(close);
    };
    signal.addEventListener("abort", close, { once: true });
    const asked = { id: uniqueId(), replySubject: place.subject };
    this.#open.set(close, { asked, question });
    return asked;
  }

  /** Those that wait for their answer. */
  waiting(): readonly PutQuestion[] {
    return [...this.#open.values()];
  }

  /** Nothing more is listened for. */
  close(): void {
    for (const close of [...this.#open.keys()]) close();
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

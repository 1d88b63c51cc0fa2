// Prompts of one agent that carry a `request_id`: sent again, they are not run again. Everything is bounded: in number, in bytes, in time.

import type { AcceptedSender } from "../../protocol/classify-sender.ts";
import type { PromptRequest } from "../../protocol/request.ts";
import { ServiceError } from "../../protocol/service-error.ts";
import { sha256Hex } from "../identity/signatures.ts";
import type { Transcript } from "./transcript.ts";

const maxAnswers = 1_000;
const maxAnswerBytes = 4 * 1024 * 1024;
/** What an answer takes beside what it says. */
const entryBytes = 512;
/** Further callers that one turn answers. */
export const maxJoined = 16;

/** A prompt that may be known. */
export interface RepeatKey {
  readonly name: string;
  /** Of the payload. */
  readonly digest: string;
}

/** What is asked of a turn. */
export interface JoinableTurn {
  /** It will end without its own end. */
  readonly isStopped: boolean;
  /** What it said is known from its start. */
  readonly canBeJoined: boolean;
}

interface Running<Turn> {
  readonly digest: string;
  readonly turn: Turn;
}

interface Answered {
  readonly digest: string;
  readonly transcript: Transcript;
  readonly untilMs: number;
}

export type Repeat<Turn> =
  { readonly type: "running"; readonly turn: Turn } | { readonly type: "answered"; readonly transcript: Transcript };

/**
 * What a prompt is known by: its `request_id`, among those of the same verified sender, or of the same session where nobody signs. Undefined: it is
 * none that is remembered.
 */
export function repeatKey(
  { requestId, session }: Pick<PromptRequest, "requestId" | "session">,
  sender: AcceptedSender,
  payload: Uint8Array,
): RepeatKey | undefined {
  if (requestId === undefined) return undefined;
  const isVerified = sender.trust === "verified";
  if (!isVerified && session === undefined) return undefined;
  const scope = isVerified ? ["user", sender.sender.user] : ["session", session];
  return {
    name: JSON.stringify([...scope, requestId]),
    digest: sha256Hex(payload),
  };
}

export class RepeatedPrompts<Turn extends JoinableTurn> {
  readonly #keepMs: number;
  readonly #now: () => number;
  readonly #running = new Map<string, Running<Turn>>();
  /** The oldest first. */
  readonly #answered = new Map<string, Answered>();
  #bytes = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `keepMs`: how long answers are kept. */
  constructor(keepMs: number, now: () => number = () => performance.now()) {
    this.#keepMs = keepMs;
    this.#now = now;
  }

  /** Bytes of the answers that are kept, about. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What is known of a prompt; undefined: nothing. A `ServiceError`: its id stands for another prompt. */
  find({ name, digest }: RepeatKey): Repeat<Turn> | ServiceError | undefined {
    this.#forgetOld();
    const running = this.#running.get(name);
    const answered = this.#answered.get(name);
    const known = running ?? answered;
    if (known === undefined) return undefined;
    if (known.digest !== digest) return conflict("other_payload", "stands for a prompt with another payload");
    if (answered !== undefined) return { type: "answered", transcript: answered.transcript };
    if (running === undefined || running.turn.isStopped) return undefined;
    if (!running.turn.canBeJoined)
      return conflict("answer_too_large", "is being answered, at too great a length to be repeated from its start");
    return { type: "running", turn: running.turn };
  }

  started({ name, digest }: RepeatKey, turn: Turn): void {
    this.#running.set(name, { digest, turn });
  }

  /** `transcript`: of a turn that was answered well; without one it may run again. */
  ended({ name, digest }: RepeatKey, turn: Turn, transcript: Transcript | undefined): void {
    if (this.#running.get(name)?.turn !== turn) return;
    this.#running.delete(name);
    if (transcript?.isWhole !== true) return;
    this.#answered.set(name, { digest, transcript, untilMs: this.#now() + this.#keepMs });
    this.#bytes += entryBytes + transcript.bytes;
    this.#forgetOld();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#answered.clear();
    this.#running.clear();
    this.#bytes = 0;
  }

  #forgetOld(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const [name, { transcript, untilMs }] of this.#answered) {
      const isKept = untilMs > this.#now() && this.#answered.size <= maxAnswers && this.#bytes <= maxAnswerBytes;
      if (isKept) {
        this.#timer = setTimeout(() => this.#forgetOld(), untilMs - this.#now());
        return;
      }
      this.#answered.delete(name);
      this.#bytes -= entryBytes + transcript.bytes;
    }
  }
}

function conflict(reason: string, text: string): ServiceError {
  return new ServiceError(409, "request_id_conflict", `This request_id ${text}`, { reason });
}

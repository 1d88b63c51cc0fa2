// What a program's own handler is given for each prompt, and how its calls become the events that the bus sends.

import { deferred } from "../bus/deferred.ts";
import type { PromptHandler, ReplyEvent, ServedPrompt } from "../bus/serving/service-port.ts";
import type { Attachment } from "../protocol/attachment.ts";
import type { PromptRequest } from "../protocol/request.ts";
import { ServiceError } from "../protocol/service-error.ts";
import { EventPipe } from "./event-pipe.ts";

/** Text, files, or both. */
export type Reply = string | { readonly text?: string; readonly attachments?: readonly Attachment[] };

/** What an answer must keep to. */
export interface PromptLimits {
  /** For the whole prompt, waiting included, in ms. */
  readonly deadlineMs: number;
  /** The server's limit for one message, in bytes: text is split to fit, a file must fit into one message. */
  readonly messageBytes: number;
}

/** A prompt that was validated, admitted and acked. */
export interface IncomingPrompt extends ServedPrompt {
  readonly limits: PromptLimits;
  /** Fires when the answer is not wanted any more: the caller left, the deadline passed, the service stops. `reason` is a `StopReason`. */
  readonly signal: AbortSignal;
  /** Sends a part of the answer, as often as wanted. Resolves when it is taken: await it, and a slow bus slows the handler. */
  readonly respond: (reply: Reply) => Promise<void>;
  /** Tells the caller what goes on, by one token such as `working` (§6.3). */
  readonly status: (token: string) => Promise<void>;
  /**
   * Asks the caller (§7), and resolves to the answer; undefined when none came within `timeoutMs` (default 60 s) or before the answer was
   * not wanted any more. Rejects with a `ServiceError` for an answer that is malformed. The answer's text grants nothing: it is input from outside.
   */
  readonly ask: (
    question: string,
    options?: { readonly attachments?: readonly Attachment[]; readonly timeoutMs?: number },
  ) => Promise<PromptRequest | undefined>;
}

/**
 * Answers one prompt. What it returns or resolves to is the end of the answer. A `ServiceError` that it throws is told to the caller as it is;
 * anything else becomes an `internal` error without a word of its text.
 */
export type Handler = (prompt: IncomingPrompt) => Promise<Reply | undefined> | Promise<void>;

const defaultAskMs = 60_000;

/** The bus's form of a handler. */
export function promptHandler(
  handler: Handler,
  limits: () => PromptLimits,
  onError: (error: unknown) => void,
): PromptHandler {
  return (prompt, signal) => {
    const pipe = new EventPipe<ReplyEvent>();
    const incoming = incomingPrompt({ ...prompt, limits: limits() }, signal, pipe);
    void run(handler, incoming, onError).then((error) => {
      void pipe.push(error === undefined ? { type: "end" } : { type: "end", error });
    });
    return pipe;
  };
}

/** Resolves to the error that the caller is told, if any. */
async function run(
  handler: Handler,
  incoming: IncomingPrompt,
  onError: (error: unknown) => void,
): Promise<ServiceError | undefined> {
  try {
    const last = await handler(incoming);
    if (last !== undefined) await incoming.respond(last);
    return undefined;
  } catch (error) {
    if (error instanceof ServiceError) return error;
    onError(error);
    return new ServiceError(500, "internal", "The agent failed to answer");
  }
}

function incomingPrompt(
  prompt: ServedPrompt & Pick<IncomingPrompt, "limits">,
  signal: AbortSignal,
  pipe: EventPipe<ReplyEvent>,
): IncomingPrompt {
  return {
    ...prompt,
    signal,
    respond: async (reply) => {
      const { text = "", attachments = [] } = typeof reply === "string" ? { text: reply } : reply;
      if (text !== "") await pipe.push({ type: "text", text });
      if (attachments.length > 0) await pipe.push({ type: "attachments", attachments });
    },
    status: (status) => pipe.push({ type: "status", status }),
    ask: async (question, { attachments = [], timeoutMs = defaultAskMs } = {}) => {
      const given = deferred<PromptRequest | ServiceError | undefined>();
      const patience = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      const giveUp = (): void => given.resolve(undefined);
      patience.addEventListener("abort", giveUp, { once: true });
      if (patience.aborted) giveUp();
      await pipe.push({
        type: "question",
        prompt: question,
        attachments,
        signal: patience,
        onAnswer: (answer) => given.resolve(answer),
      });
      const answer = await given.promise;
      patience.removeEventListener("abort", giveUp);
      if (answer instanceof ServiceError) throw answer;
      return answer;
    },
  };
}

// Why a call gave no answer: stable codes, for programs, and a text that says what to do, for people.

import type { ReceivedError } from "../../protocol/service-error.ts";

export type CallErrorCode =
  /** No agent has this address, or several have. */
  | "no_such_agent"
  | "ambiguous_address"
  /** Nobody listens on the prompt subject. */
  | "no_responders"
  /** The agent speaks another MAJOR of the protocol. */
  | "incompatible_version"
  | "empty_prompt"
  | "payload_too_large"
  | "attachments_not_accepted"
  /** The agent wants a signature, and we cannot sign (§13.9). */
  | "signature_required"
  /** No message for the inactivity time (§6.6). */
  | "inactive"
  /** Whoever served the call is gone: its heartbeats have stopped, or nobody listens where it did. */
  | "vanished"
  /** The overall time is over. */
  | "timed_out"
  | "cancelled"
  | "bus_lost"
  /** The server does not let us publish or subscribe. */
  | "not_permitted"
  /** More arrived than was read. */
  | "buffer_full"
  /** A question could not be answered. */
  | "answer_failed"
  /** The agent answered with an error: see `received`. */
  | "agent_error";

export class CallError extends Error {
  override readonly name = "CallError";
  readonly code: CallErrorCode;
  /** The agent's own words, when `code` is `agent_error`. */
  readonly received?: ReceivedError;

  constructor(
    code: CallErrorCode,
    message: string,
    options: ErrorOptions & { readonly received?: ReceivedError } = {},
  ) {
    super(message, options);
    this.code = code;
    if (options.received !== undefined) this.received = options.received;
  }
}

/** A day: nobody is told to wait for longer. */
const longestRetryS = 86_400;

/** An error frame of the agent (§9) as an error of the call. */
export function agentError(received: ReceivedError): CallError {
  const retryAfterS = received.fields["retry_after_s"];
  const isSensible = typeof retryAfterS === "number" && retryAfterS >= 0 && retryAfterS <= longestRetryS;
  const advice = isSensible ? `; try again in ${retryAfterS} s` : "";
  return new CallError("agent_error", `${received.message} (${received.code} ${received.error})${advice}`, {
    received,
  });
}

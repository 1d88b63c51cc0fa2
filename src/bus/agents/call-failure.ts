// Why another agent gave no answer, in words for a model, with the agent's own code where it sent one (§9).

import { neutraliseLine } from "../../telemetry/neutralise.ts";
import { ToolError, type ToolErrorKind } from "../../tool/contract.ts";
import { CallError, type CallErrorCode } from "../calling/call-error.ts";

const maxWordsLength = 500;

/** `who`: such as `the agent at "agents.prompt.a.b.c"`. What is no `CallError` is thrown as it is. */
export function toolErrorOf(error: unknown, who: string): ToolError {
  if (!(error instanceof CallError)) throw error;
  return new ToolError(kindOf(error.code), wordsOf(error, who), { cause: error });
}

function wordsOf(error: CallError, who: string): string {
  const words = neutraliseLine(error.message).slice(0, maxWordsLength);
  if (error.received === undefined) return `${sentence(who)}: ${words}`;
  return `${sentence(who)} answered with an error: ${words}`;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function kindOf(code: CallErrorCode): ToolErrorKind {
  switch (code) {
    case "no_such_agent":
    case "no_responders":
      return "unavailable";
    case "inactive":
    case "timed_out":
      return "timeout";
    case "empty_prompt":
    case "payload_too_large":
    case "attachments_not_accepted":
    case "ambiguous_address":
      return "invalid";
    case "signature_required":
    case "not_permitted":
      return "denied";
    case "buffer_full":
      return "limit";
    case "incompatible_version":
    case "vanished":
    case "bus_lost":
    case "cancelled":
    case "answer_failed":
    case "agent_error":
      return "failed";
  }
}

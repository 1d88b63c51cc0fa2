// Events of a call as `--json` prints them, one object a line. Stable: programs read it.

import type { CallError } from "../bus/calling/call-error.ts";
import type { CallEvent } from "../bus/calling/call-event.ts";
import type { Attachment } from "../protocol/attachment.ts";
import { attachmentToJson } from "../protocol/attachment.ts";

export function eventToJson(event: CallEvent): Record<string, unknown> {
  switch (event.type) {
    case "attachments":
      return { type: event.type, attachments: listToJson(event.attachments) };
    case "question":
      return {
        type: event.type,
        id: event.question.id,
        prompt: event.question.prompt,
        attachments: listToJson(event.question.attachments),
        ...(event.question.approval === undefined ? {} : { approval: event.question.approval }),
      };
    default:
      return { ...event };
  }
}

/** `code` is the call's own; of an agent's error `agent_error`, with `status`, `error` and the agent's further fields. */
export function failureToJson({ code, message, received }: CallError): Record<string, unknown> {
  if (received === undefined) return { type: "error", code, message };
  return {
    type: "error",
    code,
    message: received.message,
    status: received.code,
    error: received.error,
    fields: received.fields,
  };
}

function listToJson(attachments: readonly Attachment[]): Record<string, unknown>[] {
  return attachments.map(attachmentToJson);
}

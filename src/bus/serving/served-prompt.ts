// A prompt that is going to be served, and what the log's lines say of it.

import type { AcceptedSender } from "../../protocol/classify-sender.ts";
import type { PromptRequest } from "../../protocol/request.ts";
import type { TraceContext } from "../../protocol/trace-context.ts";
import type { LogFields } from "../../telemetry/log.ts";
import { uniqueId } from "../unique-id.ts";
import type { ServedPrompt } from "./service-port.ts";

export function servedPrompt(
  { prompt: text, attachments, session, extra }: PromptRequest,
  sender: AcceptedSender,
  trace: TraceContext | undefined,
): ServedPrompt {
  return {
    id: uniqueId(),
    text,
    attachments,
    sender,
    extra,
    ...(session === undefined ? {} : { session }),
    ...(trace === undefined ? {} : { trace }),
  };
}

export function turnFields({ id, trace }: Pick<ServedPrompt, "id" | "trace">): LogFields {
  return trace === undefined ? { turn: id } : { turn: id, trace_id: trace.traceId };
}

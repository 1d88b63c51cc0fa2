// Puts an agent behind the bus's port: prompts become turns, turn events become replies.

import type { Agent, AgentPrompt, TurnOutcome } from "../agent/contract.ts";
import type { PromptCheck, PromptHandler, ReplyEvent, ServedPrompt } from "../bus/serving/service-port.ts";
import { readHops } from "../protocol/hops.ts";
import { readVia } from "../protocol/via.ts";
import { ServiceError } from "../protocol/service-error.ts";
import { openQuestion, promptSender } from "./open-question.ts";
import { turnError } from "./turn-error.ts";

/** Thinking and usage stay here: a caller gets the answer's text, status tokens, questions, and the end. Never throws. */
export function promptHandler(agent: Agent): PromptHandler {
  return async function* (prompt, signal): AsyncGenerator<ReplyEvent> {
    const isDue = statusPace();
    for await (const event of agent.answer(agentPrompt(prompt), signal)) {
      switch (event.type) {
        case "text":
          yield event;
          break;
        case "files":
          yield { type: "attachments", attachments: event.files };
          break;
        case "progress":
          if (isDue(event.status)) yield { type: "status", status: event.status };
          break;
        case "tool-call":
          yield { type: "status", status: toolStatus("tool", event.call.name) };
          break;
        case "tool-result":
          if (!event.outcome.ok) yield { type: "status", status: toolStatus("tool_failed", event.name) };
          break;
        case "question":
          yield openQuestion(event.question);
          break;
        case "end":
          if (event.outcome.ok && event.outcome.toolsFailed === true) yield { type: "status", status: "tools_failed" };
          yield {
            ...replyEnd(event.outcome, agent.name),
            ...(event.trace === undefined ? {} : { trace: event.trace }),
          };
          return;
        case "thinking":
        case "usage":
          break;
      }
    }
  };
}

/**
 * Refuses a prompt when `refusal` says why no prompt is taken now, one that has come through too many agents (403 `too_many_hops`), and one with a file that the agent cannot take: 400 `unsupported_attachment`, with
 * the file's name.
 */
export function promptCheck(
  agent: Agent,
  limits: { readonly maxHops: number },
  refusal?: () => ServiceError | undefined,
): PromptCheck {
  return ({ attachments, extra }) => {
    const refused = refusal?.() ?? hopsRefusal(readHops(extra), limits.maxHops);
    if (refused !== undefined) return refused;
    const file = agent.refusedFile(attachments);
    if (file === undefined) return undefined;
    const { filename, reason } = file;
    const message = `Attachment ${JSON.stringify(filename)} cannot be taken: ${reason}`;
    return new ServiceError(400, "unsupported_attachment", message, { filename });
  };
}

/** Agents that prompt each other in a circle come to an end here. */
function hopsRefusal(hops: number, maxHops: number): ServiceError | undefined {
  if (hops <= maxHops) return undefined;
  const message = `The prompt has come through ${hops} agents, and this one takes it through ${maxHops} at most`;
  return new ServiceError(403, "too_many_hops", message, { hops, max_hops: maxHops });
}

function agentPrompt({
  id,
  text,
  attachments,
  session,
  sender,
  origin,
  hops: given,
  trace,
  extra,
}: ServedPrompt): AgentPrompt {
  const hops = given ?? readHops(extra);
  const via = readVia(extra);
  return {
    id,
    text,
    files: attachments,
    ...(session === undefined ? {} : { conversation: session }),
    ...(hops === 0 ? {} : { hops }),
    ...(via.length === 0 ? {} : { via }),
    ...(trace === undefined ? {} : { trace }),
    ...(sender.trust === "absent" ? {} : { sender: promptSender(sender) }),
    ...(origin === undefined ? {} : { origin, canAsk: false }),
  };
}

function replyEnd(outcome: TurnOutcome, agent: string): ReplyEvent {
  return outcome.ok ? { type: "end" } : { type: "end", error: turnError(outcome.failure, agent) };
}

/** A model may call a tool by any name: only letters, digits, `_` and `-` of it are shown. */
function toolStatus(what: "tool" | "tool_failed", name: string): string {
  return `${what}:${name.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, 64)}`;
}

/** A status is news when it differs from the one before, or a second has passed: a pull reports its progress far more often. */
function statusPace(): (status: string) => boolean {
  let last: { readonly status: string; readonly at: number } | undefined;
  return (status) => {
    const now = performance.now();
    if (last?.status === status && now - last.at < 1000) return false;
    last = { status, at: now };
    return true;
  };
}

// What a tool works with: the turn's caller, folder and questions, made for one call.

import type { TraceContext } from "../protocol/trace-context.ts";
import type { Approval, ToolCaller, ToolContext } from "../tool/contract.ts";
import { ToolError } from "../tool/contract.ts";
import { askCaller } from "./ask-caller.ts";
import type { AgentEvent, AgentPrompt } from "./contract.ts";
import type { Emit } from "./events-during.ts";
import type { TurnEnd } from "./turn-end.ts";
import type { TurnPorts } from "./turn-ports.ts";
import type { TurnRecord } from "./turn-record.ts";

/** Characters that a tool may say as the answer. */
const maxSaidLength = 2 * 1024 * 1024;
const maxStatusLength = 64;

/** A part of the answer that a tool gives. */
export type SaidEvent = Extract<AgentEvent, { readonly type: "text" | "files" }>;

export interface CallSurroundings {
  readonly ports: TurnPorts;
  readonly prompt: AgentPrompt;
  readonly end: TurnEnd;
  readonly emit: Emit;
  readonly record: Pick<TurnRecord, "approval" | "elapsedMs">;
  /** Of the call. */
  readonly trace: TraceContext | undefined;
  /** `trace` is the call's own span. */
  readonly spanId: string | undefined;
  readonly onSay: (event: SaidEvent) => void;
}

/** `signal`: the call's own. */
export function callContext(around: CallSurroundings, signal: AbortSignal): ToolContext {
  const { ports, prompt, end, emit, onSay, trace } = around;
  let saidLength = 0;
  const shared = sharedFields(ports.agent, prompt);
  return {
    ...shared,
    signal,
    prompt: { text: prompt.text, files: prompt.files },
    log: ports.log,
    hops: prompt.hops ?? 0,
    via: prompt.via ?? [],
    ...(trace === undefined ? {} : { trace }),
    folder: () => end.folder(),
    onEnd: (listener) => end.onEnd(listener),
    status: (token) => emit({ type: "progress", status: token.slice(0, maxStatusLength) }),
    say: (text) => {
      saidLength += text.length;
      if (saidLength > maxSaidLength) throw new ToolError("limit", "The answer is too long");
      onSay({ type: "text", text });
    },
    sayFiles: (files) => onSay({ type: "files", files }),
    ask: (question) =>
      prompt.canAsk === false
        ? Promise.reject(new ToolError("unavailable", "There is nobody to ask: nobody waits for this answer"))
        : askCaller(question, emit, signal),
    approve: (action) =>
      recorded(around, action.tool, () =>
        ports.approver.approve(action, {
          ...shared,
          signal,
          ask: (question) => {
            if (prompt.canAsk !== false) emit({ type: "question", question });
          },
        }),
      ),
  };
}

/** Leave that was asked for, and how long that took. */
async function recorded(
  { record, spanId }: CallSurroundings,
  tool: string,
  ask: () => Promise<Approval>,
): Promise<Approval> {
  const startMs = record.elapsedMs();
  const approval = await ask();
  record.approval({
    tool,
    answer: approval.answer ?? (approval.isGranted ? "yes" : "no"),
    by: approval.by ?? "nobody",
    startMs,
    waitedMs: record.elapsedMs() - startMs,
    ...(spanId === undefined ? {} : { parentSpanId: spanId }),
  });
  return approval;
}

function sharedFields(agent: string, { id, conversation, sender }: AgentPrompt) {
  const caller: { readonly caller?: ToolCaller } = sender === undefined ? {} : { caller: sender };
  return { agent, turn: id, ...(conversation === undefined ? {} : { conversation }), ...caller };
}

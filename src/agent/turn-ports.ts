// What turns of one agent work with, and the state of one of them.

import type { TurnConfig } from "../manifest/manifest.ts";
import type { Conversations, StoredMessage, StoredTurn } from "../memory/contract.ts";
import type { ChatModel } from "../model/contract.ts";
import type { Logger } from "../telemetry/log.ts";
import type { TraceSink } from "../telemetry/trace.ts";
import type { Tracer, TurnSpan } from "../telemetry/tracer.ts";
import type { Recall } from "../tool/recall/recall.ts";
import type { ToolSet } from "../tool/tool-set.ts";
import type { AllowedTools } from "./allowed-tools.ts";
import type { Approver } from "./approver.ts";
import type { AgentPrompt } from "./contract.ts";
import type { RecalledContext } from "./recalled-context.ts";
import type { RepeatedCalls } from "./repeated-calls.ts";
import type { TokenEstimate } from "./token-estimate.ts";
import type { TurnEnd } from "./turn-end.ts";
import type { TurnEvents } from "./turn-events.ts";
import type { TurnRecord } from "./turn-record.ts";

export interface TurnPorts {
  readonly agent: string;
  readonly instructions: string;
  readonly model: ChatModel;
  readonly tools: ToolSet;
  /** Absent: nothing is put beside prompts. */
  readonly recall?: Recall;
  readonly conversations: Conversations;
  readonly approver: Approver;
  readonly limits: TurnConfig;
  /** Fold what falls out of the window, and turns over this number; absent: nothing is folded. */
  readonly foldOver?: number;
  readonly estimate: TokenEstimate;
  readonly log: Logger;
  readonly onTrace: TraceSink;
  /** Whether traces hold prompts and answers; asked at the beginning of each turn. */
  readonly tracesText: () => boolean;
  /** Absent: turns belong to no trace. */
  readonly tracer?: Tracer;
}

export interface Turn {
  readonly ports: TurnPorts;
  /** What it tells of itself. */
  readonly events: TurnEvents;
  readonly prompt: AgentPrompt;
  /** Its place in a trace over several processes. */
  readonly span: TurnSpan | undefined;
  /** Fires when it is stopped, or its time is over. */
  readonly signal: AbortSignal;
  readonly record: TurnRecord;
  readonly end: TurnEnd;
  readonly repeats: RepeatedCalls;
  /** By `performance.now`: when its time is over. */
  readonly overAt: number;
  /** Those that could be called when it began, and can be now. */
  readonly tools: AllowedTools;
  /** Completed turns of its conversation, oldest first. */
  readonly history: readonly StoredTurn[];
  /** What is put beside its prompt. */
  readonly recalled: RecalledContext;
  /** Its own so far: the prompt, then answers with calls, each followed by its results. */
  readonly messages: StoredMessage[];
}

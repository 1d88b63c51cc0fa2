// The port through which the bus serves any handler: it knows subjects, streams and admission, and nothing of what answers.

import type { Attachment } from "../../protocol/attachment.ts";
import type { ApprovalMark } from "../../protocol/approval.ts";
import type { AcceptedSender, SenderClass } from "../../protocol/classify-sender.ts";
import type { PromptRequest } from "../../protocol/request.ts";
import type { AgentState } from "../../protocol/heartbeat.ts";
import type { SenderRules } from "../../protocol/sender-rules.ts";
import type { ServiceError } from "../../protocol/service-error.ts";
import type { AgentAddress } from "../../protocol/subjects.ts";
import type { TraceContext } from "../../protocol/trace-context.ts";
import type { RateLimit } from "../identity/sender-rate.ts";

/** A prompt that was validated, admitted and acked. */
export interface ServedPrompt {
  /** Made here, unique: names the turn in logs and traces. */
  readonly id: string;
  readonly text: string;
  readonly attachments: readonly Attachment[];
  readonly session?: string;
  /** Only a verified one may be granted anything (§13.1). */
  readonly sender: AcceptedSender;
  readonly extra: Readonly<Record<string, unknown>>;
  /** Of a prompt of our own; absent: a caller's, or a job. */
  readonly origin?: PromptOrigin;
  /** Of a prompt of our own. */
  readonly hops?: number;
  /** The trace that its sender counts it to (W3C Trace Context, in its headers). */
  readonly trace?: TraceContext;
}

/** Who asks where no caller does. */
export interface PromptOrigin {
  readonly type: "trigger";
  readonly name: string;
}

/** A prompt of this process itself: no caller sent it, and it grants nothing. */
export interface OwnPrompt {
  /** Names the turn in logs and traces. */
  readonly id: string;
  readonly origin: PromptOrigin;
  readonly text: string;
  readonly attachments: readonly Attachment[];
  readonly session?: string;
  /** How many turns in a row it comes from. */
  readonly hops: number;
  /** The trace that it is counted to. */
  readonly trace?: TraceContext;
}

export type OwnAnswer =
  | {
      readonly type: "answer";
      readonly text: string;
      readonly attachments: readonly Attachment[];
      /** What follows from it is a part of that. */
      readonly trace?: TraceContext;
    }
  | { readonly type: "error"; readonly error: ServiceError }
  /** Nothing was begun. */
  | { readonly type: "refused"; readonly error: ServiceError };

/** What a handler sends back. Exactly one `end`, last; nothing that follows it is read. */
export type ReplyEvent =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "status"; readonly status: string }
  | { readonly type: "attachments"; readonly attachments: readonly Attachment[] }
  | OpenQuestion
  /** `trace`: what follows from the answer is a part of that. */
  | { readonly type: "end"; readonly error?: ServiceError; readonly trace?: TraceContext };

/** A question to the caller (§7). Several may be open; the handler goes on meanwhile. */
export interface OpenQuestion {
  readonly type: "question";
  readonly prompt: string;
  readonly attachments: readonly Attachment[];
  /** It asks for leave to act: told to callers, who sign their answer then. */
  readonly approval?: ApprovalMark;
  /** The asker's patience: once it fires, an answer is not listened for any more. */
  readonly signal: AbortSignal;
  /**
   * Called at most once: with the answer, or with what was wrong with it, and with who sent it, checked as a prompt's sender is (§13.7). Not
   * called when none can come.
   */
  readonly onAnswer: (answer: PromptRequest | ServiceError, sender: SenderClass) => void;
}

/**
 * Answers one prompt. Should not throw (a throw becomes an `internal` error). When `signal` fires it ends soon: within 1 s its iterator is
 * abandoned. `signal.reason` is a `StopReason`.
 */
export type PromptHandler = (prompt: ServedPrompt, signal: AbortSignal) => AsyncIterable<ReplyEvent>;

/**
 * Asked after decoding and before admission: an error refuses the prompt (unsupported attachments, say) without an ack. Cheap and synchronous.
 */
export type PromptCheck = (request: {
  readonly text: string;
  readonly attachments: readonly Attachment[];
  readonly extra: Readonly<Record<string, unknown>>;
}) => ServiceError | undefined;

/** Why a turn was stopped before its own end. First reason wins. */
export class StopReason extends Error {
  override readonly name = "StopReason";
  readonly kind: "caller-gone" | "deadline" | "drain" | "shutdown" | "bus-lost";

  constructor(kind: StopReason["kind"], message: string) {
    super(message);
    this.kind = kind;
  }
}

/** Everything the bus must know to serve one agent. */
export interface ServiceSpec {
  readonly address: AgentAddress;
  readonly description: string;
  /** Semver of the harness. */
  readonly version: string;
  /** Shown in heartbeats. */
  readonly model?: string;
  /** Asked for each heartbeat: what declares it has problems now, and it serves as that last was. */
  readonly isLastGood?: () => boolean;
  readonly heartbeatMs: number;
  /** Prompts served at once. */
  readonly concurrency: number;
  /** Prompts waiting; more are refused with 429. */
  readonly queue: number;
  /** For one prompt, waiting included. */
  readonly deadlineMs: number;
  /** How long answers to prompts with a `request_id` are kept for their repetition; 0: not at all. */
  readonly dedupeMs: number;
  readonly acceptsAttachments: boolean;
  readonly maxPayloadBytes: number;
  /** This address is meant to be served by several runtimes. */
  readonly replicas: boolean;
  readonly callers: CallerRules;
  /** Where the server puts a sender's account into the subjects of this agent, counted from 1 (§13.7.1). */
  readonly accountTokenPosition?: number;
}

/** Whose prompts are served, and how many of one sender. */
export interface CallerRules extends SenderRules {
  readonly rate?: RateLimit;
}

/** What the runtime knows of an agent's fitness. `degraded` refuses prompts with `error` at once, without an ack. */
export type ServiceHealth =
  | { readonly state: "starting" | "ready" }
  | { readonly state: "degraded"; readonly reason: string; readonly error: ServiceError };

/** One agent on the bus. */
export interface ServedAgent {
  readonly instanceId: string;
  readonly promptSubject: string;
  /** The state that goes into the next beat, conflicts of address included; a change is announced by a beat at once. */
  state(): { readonly state: AgentState; readonly reason?: string };
  /** Called after each change of state. Returns what removes it. */
  onChange(listener: () => void): () => void;
  setHealth(health: ServiceHealth): void;
  /** While held it is `draining`: registered and beating, what was admitted goes on, and no more prompts are taken. */
  setHeld(isHeld: boolean): void;
  /** Told with the state, for what is wrong and keeps no prompt from being served; undefined: nothing. */
  setNote(note: string | undefined): void;
  /** Serves a prompt of our own, admitted, bounded and counted as a caller's. Never rejects. */
  promptOwn(prompt: OwnPrompt): Promise<OwnAnswer>;
  counters(): {
    readonly inFlight: number;
    readonly queued: number;
    readonly requests: number;
    readonly errors: number;
  };
  /**
   * Takes no more prompts, lets running and queued turns finish for at most `timeoutMs`, then stops them (`StopReason` "drain"); every stream
   * gets its end. Then the registration is gone. Resolves when done; never rejects; a further call returns the same promise, and may
   * only shorten the time.
   */
  drain(timeoutMs: number): Promise<void>;
}

// The port through which a trigger reaches its agent, and what is told of triggers.

import type { OwnAnswer } from "../bus/serving/service-port.ts";
import type { AgentAddress } from "../protocol/subjects.ts";
import type { TraceContext } from "../protocol/trace-context.ts";
import type { Attachment } from "../protocol/attachment.ts";

/** A turn that a trigger starts: a prompt of nobody, which grants nothing. */
export interface TriggeredPrompt {
  readonly id: string;
  readonly trigger: string;
  readonly text: string;
  readonly attachments: readonly Attachment[];
  readonly conversation?: string;
  /** How many triggers in a row it comes from. */
  readonly hops: number;
  /** The trace that its event is a part of. */
  readonly trace?: TraceContext;
}

export interface TriggeredAgent {
  readonly address: AgentAddress;
  /** Of a prompt, in bytes. */
  readonly maxPayloadBytes: number;
  /** For one run, waiting for the agent included. */
  readonly deadlineMs: number;
  /** Under the agent's admission, as any prompt. Never rejects. */
  prompt(prompt: TriggeredPrompt): Promise<OwnAnswer>;
  /** What may be kept of an answer when it is delivered; absent: all of it. Never rejects. */
  keepable?(answer: string): Promise<string>;
  /** What is wrong with its triggers, for its heartbeat; undefined: nothing. */
  setNote(note: string | undefined): void;
}

export interface TriggerStatus {
  readonly name: string;
  readonly kind: "every" | "cron" | "at" | "subject" | "mqtt" | "file";
  /** When it runs next, ISO 8601; absent where nobody knows, or never. */
  readonly next?: string;
  readonly isRunning: boolean;
  readonly waiting: number;
  /** Why it cannot start runs now. */
  readonly problem?: string;
}

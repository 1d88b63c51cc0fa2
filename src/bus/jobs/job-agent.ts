// The port through which jobs reach an agent: whether it can take one now, and how one is run. It knows no queue and no store.

import type { Attachment } from "../../protocol/attachment.ts";
import type { ServiceError } from "../../protocol/service-error.ts";
import type { AgentAddress } from "../../protocol/subjects.ts";
import type { TraceContext } from "../../protocol/trace-context.ts";
import type { StoredPrompt } from "../identity/sender-gate.ts";

export interface JobAgent {
  readonly address: AgentAddress;
  /** Jobs run at once at most; callers' prompts come first. */
  readonly concurrency: number;
  /** `ready`: not starting, degraded or draining. */
  isReady(): boolean;
  /** Called after each change of state. Returns what removes it. */
  onChange(listener: () => void): () => void;
  /**
   * Validates the payload as a prompt's, waits for a place behind all callers, and collects the whole answer. Never rejects.
   */
  runJob(job: JobPrompt): Promise<JobAnswer>;
}

/** Whoever brings agents their jobs. */
export interface JobTaker {
  add(agent: JobAgent): void;
  remove(agent: JobAgent): void;
  /** Takes no more jobs, and waits at most `timeoutMs` for those in hand. Never rejects. */
  close(timeoutMs: number): Promise<void>;
}

export interface JobPrompt extends StoredPrompt {
  readonly id: string;
  /** The trace that whoever submitted it counts it to. */
  readonly trace?: TraceContext;
  /** Text and attachments together, in bytes. */
  readonly maxAnswerBytes: number;
  /** Asked when its place is there: its time to live is over, and it is not run. */
  readonly isExpired: () => boolean;
}

export type JobAnswer =
  | {
      readonly type: "answer";
      readonly text: string;
      readonly attachments: readonly Attachment[];
      /** What follows from it is a part of that. */
      readonly trace?: TraceContext;
    }
  | { readonly type: "error"; readonly error: ServiceError }
  /** Its time was over before its turn came. */
  | { readonly type: "expired" };

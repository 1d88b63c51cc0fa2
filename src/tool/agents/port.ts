// What tools that call other agents stand on. The bus implements it. Whatever an agent says of itself, or sends, is text from outside.

import type { TraceContext } from "../../protocol/trace-context.ts";

/** One agent: all instances that share an address. */
export interface RemoteAgent {
  /** Its prompt subject. */
  readonly address: string;
  readonly agent: string;
  readonly owner: string;
  readonly name: string;
  /** In its own words, without control characters; may be empty. */
  readonly description: string;
  /** Its agent ID (§13.3), as it registered it. */
  readonly identity?: string;
  /** Whether the registration's signature proves it (§13.10). */
  readonly isIdentityVerified: boolean;
  readonly requiresSignedPrompts: boolean;
  readonly acceptsAttachments: boolean;
  readonly instances: number;
  /** The best of its instances' by their heartbeats: `0` serves, larger is worse, `gone` stopped beating. */
  readonly fitness: number | "gone";
  /** Prompts that it serves or that wait, by its heartbeats. */
  readonly load: number;
}

/** A file as its sender gave it: the name may be anything. */
export interface RemoteFile {
  readonly filename: string;
  /** Absent: its content cannot be read. */
  readonly data?: Uint8Array;
}

export interface RemotePrompt {
  readonly text: string;
  readonly files: readonly { readonly filename: string; readonly data: Uint8Array }[];
  /** How many agents the prompt will have come through when it arrives. */
  readonly hops: number;
  /** Prompt subjects of these agents, the nearest last. */
  readonly via: readonly string[];
  /** The trace that it is a part of. */
  readonly trace?: TraceContext;
  /** The conversation that it belongs to, at the other agent: 1–128 characters. */
  readonly session?: string;
}

/** A question of the other agent (§7). It stays open until it is answered or the call ends. */
export interface RemoteQuestion {
  readonly prompt: string;
  readonly files: readonly RemoteFile[];
  /** It asks for leave to act. Only whom it lets approve may answer, by a signature; nothing that we answer counts. */
  readonly isApproval: boolean;
  /** At most once. Goes out unsigned: it approves nothing. */
  answer(text: string, files?: readonly { readonly filename: string; readonly data: Uint8Array }[]): void;
}

export type RemoteEvent =
  | { readonly type: "status"; readonly status: string }
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "files"; readonly files: readonly RemoteFile[] }
  | { readonly type: "question"; readonly question: RemoteQuestion };

/** A prompt that was sent. */
export interface RemoteCall {
  /**
   * What comes back; its end is the end of a whole answer. Read it once. Throws a `ToolError` for everything else, with the agent's own code and
   * words where it sent an error; `unavailable` only when nobody was there to take the prompt.
   */
  readonly events: AsyncIterable<RemoteEvent>;
  /** Leaves the call: the agent sees that. Its open questions are answered with a refusal. */
  drop(): void;
}

export interface AgentsPort {
  /** Keeps `known` true from now on, by heartbeats. Returns what ends that. */
  follow(): () => void;
  /** Those known now. Asks nobody. In order of address. */
  known(): readonly RemoteAgent[];
  /** Asks who is there. Rejects with a `ToolError` when that cannot be asked; ends early with what has come when `signal` fires. */
  discover(signal: AbortSignal): Promise<readonly RemoteAgent[]>;
  /** Sends a prompt to a known agent. Rejects with a `ToolError` when nothing was sent. */
  call(address: string, prompt: RemotePrompt, signal: AbortSignal): Promise<RemoteCall>;
}

/** What an open question is answered with when its call ends: it starts with "no", so that one who asked for leave reads a denial. */
export const questionRefusal = "no: nobody waits for this answer any more";

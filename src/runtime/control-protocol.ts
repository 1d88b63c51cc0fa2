// What is said over the control socket: one JSON request a line, one JSON response a line, in order. Local only; never the bus.

import type { BudgetStatus } from "../model/budget/budget.ts";
import type { ConversationRequest } from "./conversation-wire.ts";
import type { KnowledgeStatus } from "../knowledge/contract.ts";
import type { TriggerStatus } from "../trigger/contract.ts";
import type { RunRecord } from "../trigger/store/run-record.ts";
import type { KnowledgeRequest } from "./knowledge-wire.ts";
import type { OperationRequest } from "./operation.ts";

/**
 * Later operations are further members; a runtime that does not know one answers with an error. `reload` reads the files now and takes
 * over what is good, first the service's credentials where they are handed over (name → base64); `plan` says what it would do, for the runtime's own files or those named (absolute). `collect` is for
 * measuring (`CollectedMemory`); no command asks it.
 */
export type ControlRequest =
  | { readonly op: "status" }
  | { readonly op: "reload"; readonly credentials?: Readonly<Record<string, string>> }
  /** The bundled server stands still until the asker goes: for a backup. */
  | { readonly op: "hold-store" }
  | { readonly op: "collect" }
  /** The newest `last` runs of triggers, of one agent when named; the result is a `RunsReport`. */
  | { readonly op: "runs"; readonly agent?: string; readonly last: number }
  /** Makes or removes the key of a further caller of the bundled server; the result is a `CallerReport`. */
  | { readonly op: "caller"; readonly action: "add" | "remove"; readonly name: string }
  | { readonly op: "plan"; readonly file?: string; readonly dropIn?: string }
  /** One short call of a model of the manifest, given up after `limitMs`. */
  | { readonly op: "probe"; readonly model: string; readonly limitMs: number }
  | ConversationRequest
  | KnowledgeRequest
  | OperationRequest;

export interface RunsReport {
  /** Newest last. */
  readonly runs: readonly RunRecord[];
  /** Names of agents that are served, or have runs. */
  readonly agents: readonly string[];
}

export const mostRuns = 10_000;

/** What a reload did, or what a plan would. Names of agents. */
export interface ReloadReport {
  /** The main file, absolute. */
  readonly file: string;
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  readonly same: readonly string[];
  /** `file:line:column: text`, and agents that could not be started. */
  readonly problems: readonly string[];
  /** What goes on as before until a restart, and why. */
  readonly notes: readonly string[];
}

/** A caller's key that was made; empty for one that was removed. */
export interface CallerReport {
  /** Holds the seed. */
  readonly file?: string;
  /** User NKEY. */
  readonly user?: string;
  /** Where the server is. */
  readonly url?: string;
}

export type ControlResponse =
  { readonly ok: true; readonly result: unknown } | { readonly ok: false; readonly error: string };

export interface AgentStatus {
  readonly name: string;
  /** Where it takes prompts; absent when it could not be started. */
  readonly subject?: string;
  readonly instanceId?: string;
  /** `failed`: it could not be started. `stopped`: it was told to. */
  readonly state: "starting" | "ready" | "degraded" | "draining" | "failed" | "stopped";
  readonly reason?: string;
  readonly models: readonly string[];
  readonly inFlight: number;
  readonly queued: number;
  readonly requests: number;
  readonly errors: number;
  /** Absent: it has none. */
  readonly budgets?: readonly BudgetStatus[];
  /** Absent: none are kept, or they were not looked for yet. */
  readonly jobs?: JobCounts;
  /** Absent: it has none. */
  readonly triggers?: readonly TriggerStatus[];
  /** Absent: it knows no documents. */
  readonly knowledge?: KnowledgeStatus;
  /** The file that declares it. */
  readonly source: string;
}

/** Jobs of an agent (docs/jobs.md). */
export interface JobCounts {
  readonly waiting: number;
  readonly running: number;
  /** Ended since the runtime's start. `failed`: set aside. */
  readonly done: number;
  readonly failed: number;
  readonly expired: number;
}

export interface EndpointStatus {
  readonly name: string;
  readonly provider: string;
  readonly url?: string;
  /** Names of the manifest's models that live there. */
  readonly models: readonly string[];
  readonly state: "unknown" | "reachable" | "unreachable";
  readonly reason?: string;
  readonly parallel: number;
  /** Calls that run, calls that wait, and slots held by calls that were stopped but are not over. */
  readonly busy: number;
  readonly waiting: number;
  readonly finishing: number;
}

export interface BusState {
  /** Whose server it is. */
  readonly server: "bundled" | "external";
  readonly state: string;
  /** `host:port`, or the URL of the bundled server. */
  readonly url?: string;
  readonly problem?: string;
  /** Since when it is in this state, ISO 8601. */
  readonly since: string;
  /** Absent where there is none. */
  readonly hub?: HubState;
  /** Of the bundled server, since the runtime's start. */
  readonly serverRestarts?: number;
}

/** The bundled server's link to its hub. */
export interface HubState {
  readonly url: string;
  /** `connecting`: never linked since the bundled server started. */
  readonly state: "connecting" | "connected" | "disconnected";
  /** ISO 8601. */
  readonly since: string;
  /** Why there is no link. */
  readonly reason?: string;
}

/** Health and figures over HTTP. */
export interface HttpStatus {
  /** `host:port` */
  readonly listen: string;
  /** Why nobody listens there. */
  readonly problem?: string;
}

/** Export of traces to a collector. */
export interface TracesStatus {
  /** Without a query: that may hold a key. */
  readonly url: string;
  readonly state: "delivering" | "away";
  /** Why it is away. */
  readonly reason?: string;
  /** Spans. */
  readonly waiting: number;
}

export interface MemoryStatus {
  readonly limitBytes: number;
  /** `shrinking`: near the limit, caches are emptied. `full`: at it, new prompts are refused. */
  readonly state: "ok" | "shrinking" | "full";
}

export interface StorageStatus {
  /** `full`: the disk of the state directory has no room, and nothing is stored. */
  readonly state: "ok" | "full";
  /** Absent where the file system does not tell. */
  readonly freeBytes?: number;
}

export interface UpgradeStatus {
  /** `back`: the version before the upgrade serves again. */
  readonly result: "switched" | "back";
  readonly from: string;
  readonly to: string;
  /** ISO 8601. */
  readonly time: string;
  /** Why it went back; empty otherwise. */
  readonly reason: string;
}

export interface FileStatus {
  readonly file: string;
  /** `file:line:column: text` each; empty: the file is good. */
  readonly problems: readonly string[];
  /** The last good form of the file is in force. */
  readonly usesLastGood: boolean;
}

export interface RuntimeStatus {
  readonly version: string;
  readonly pid: number;
  readonly startedAt: string;
  readonly uptimeS: number;
  readonly rssBytes: number;
  readonly stateDirectory: string;
  readonly isDraining: boolean;
  readonly bus: BusState;
  readonly agents: readonly AgentStatus[];
  readonly endpoints: readonly EndpointStatus[];
  /** Of the models that have budgets, for all agents together; absent: none has. */
  readonly modelBudgets?: readonly { readonly model: string; readonly budgets: readonly BudgetStatus[] }[];
  readonly files: readonly FileStatus[];
  /** Absent: the manifest asks for none. */
  readonly http?: HttpStatus;
  /** Absent: none are exported. */
  readonly traces?: TracesStatus;
  /** Absent: no limit. */
  readonly memory?: MemoryStatus;
  /** Of the state directory's disk; absent while the runtime begins to start. */
  readonly storage?: StorageStatus;
  /** Why conversations that should be on disk are not remembered; absent: they are. */
  readonly conversationsProblem?: string;
  /** How the last switch to another version ended; absent: there was none. */
  readonly upgrade?: UpgradeStatus;
}

export const longestProbeMs = 3_600_000;

/** A request or response longer than this ends the connection. */
export const maxControlLineBytes = 16 * 1024 * 1024;

// Operations on a running runtime, as they stand on the control socket: the log, its level, and single agents.

import { logLevels } from "../telemetry/create-log.ts";
import type { LogLevel } from "../telemetry/log.ts";
import type { EndedTurn } from "../telemetry/recent-traces.ts";
import { approvalOperationNames, type ApprovalRequest, decodeApprovalRequest } from "./approval-operation.ts";
import type { AgentStatus } from "./control-protocol.ts";

export type OperationRequest =
  /** The newest `lines` of the log, all that are kept when absent, of one agent when named; `follow`: and those to come. */
  | { readonly op: "logs"; readonly agent?: string; readonly lines?: number; readonly follow: boolean }
  /** The newest `last` turns, of one agent when named; `follow`: and those to come. */
  | { readonly op: "traces"; readonly agent?: string; readonly last: number; readonly follow: boolean }
  /** Absent `level`: only asks. */
  | { readonly op: "log-level"; readonly level?: LogLevel }
  | ApprovalRequest
  | { readonly op: "drain" | "start"; readonly agent: string }
  /** Turns that run get `drainMs` to end. */
  | { readonly op: "restart" | "stop"; readonly agent: string; readonly drainMs: number };

export interface LogLines {
  /** One JSON object each, oldest first. */
  readonly lines: readonly string[];
  /** Lines left out before these, because they were not read in time. */
  readonly dropped: number;
}

export interface EndedTurns {
  /** Oldest first. */
  readonly turns: readonly EndedTurn[];
  /** Turns left out before these, because they were not read in time. */
  readonly dropped: number;
}

export interface LevelReport {
  readonly level: LogLevel;
}

export type AgentReport =
  /** As it is after the operation. */
  | { readonly type: "done"; readonly agent: AgentStatus }
  | { readonly type: "unknown-agent"; readonly agents: readonly string[] };

export const longestDrainMs = 24 * 3_600_000;

export const operationNames = [
  "logs",
  "traces",
  "log-level",
  "restart",
  "drain",
  "stop",
  "start",
  ...approvalOperationNames,
] as const;

/** The operation, the text of what is wrong with it, or undefined when it is none of these. */
export function decodeOperation(fields: Readonly<Record<string, unknown>>): OperationRequest | string | undefined {
  const { op } = fields;
  switch (op) {
    case "logs":
      return decodeLogs(fields);
    case "traces":
      return decodeTraces(fields);
    case "log-level":
      return decodeLevel(fields["level"]);
    case "approvals":
    case "approve":
      return decodeApprovalRequest(fields);
    case "drain":
    case "start":
    case "restart":
    case "stop":
      return decodeAgent(op, fields);
    default:
      return undefined;
  }
}

export function isLogLines(value: unknown): value is LogLines {
  return (
    isRecord(value) &&
    typeof value["dropped"] === "number" &&
    Array.isArray(value["lines"]) &&
    value["lines"].every((line) => typeof line === "string")
  );
}

export function isEndedTurns(value: unknown): value is EndedTurns {
  return (
    isRecord(value) &&
    typeof value["dropped"] === "number" &&
    Array.isArray(value["turns"]) &&
    value["turns"].every(
      (turn) => isRecord(turn) && [turn["calls"], turn["tools"], turn["fallbacks"]].every(Array.isArray),
    )
  );
}

export function isLevelReport(value: unknown): value is LevelReport {
  return isRecord(value) && logLevels.some((level) => level === value["level"]);
}

export function isAgentReport(value: unknown): value is AgentReport {
  if (!isRecord(value)) return false;
  if (value["type"] === "unknown-agent") return Array.isArray(value["agents"]);
  return value["type"] === "done" && isRecord(value["agent"]);
}

function decodeLogs({ agent, lines, follow }: Readonly<Record<string, unknown>>): OperationRequest | string {
  if (agent !== undefined && typeof agent !== "string") return '"agent" is not a text';
  if (lines !== undefined && (typeof lines !== "number" || !Number.isSafeInteger(lines) || lines < 0)) {
    return '"lines" is not a whole number';
  }
  return {
    op: "logs",
    ...(agent === undefined ? {} : { agent }),
    ...(lines === undefined ? {} : { lines }),
    follow: follow === true,
  };
}

function decodeTraces({ agent, last, follow }: Readonly<Record<string, unknown>>): OperationRequest | string {
  if (agent !== undefined && typeof agent !== "string") return '"agent" is not a text';
  if (typeof last !== "number" || !Number.isSafeInteger(last) || last < 0) return '"last" is not a whole number';
  return { op: "traces", ...(agent === undefined ? {} : { agent }), last, follow: follow === true };
}

function decodeLevel(given: unknown): OperationRequest | string {
  if (given === undefined) return { op: "log-level" };
  const level = logLevels.find((one) => one === given);
  return level === undefined ? `"level" is none of ${logLevels.join(", ")}` : { op: "log-level", level };
}

function decodeAgent(
  op: "drain" | "start" | "restart" | "stop",
  { agent, drainMs }: Readonly<Record<string, unknown>>,
): OperationRequest | string {
  if (typeof agent !== "string") return '"agent" is not a text';
  if (op === "drain" || op === "start") return { op, agent };
  const isDuration = typeof drainMs === "number" && drainMs >= 0 && drainMs <= longestDrainMs;
  return isDuration ? { op, agent, drainMs } : '"drainMs" is no time from 0 to a day';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// The heartbeat, which is also the status endpoint's answer (§8).

import type { AgentAddress } from "./subjects.ts";

/** `degraded`: registered, but a prompt now would not be answered. */
export type AgentState = "starting" | "ready" | "degraded" | "draining";

export interface Heartbeat {
  readonly agent: string;
  readonly owner: string;
  readonly session?: string;
  readonly instance_id: string;
  /** UTC, ISO 8601. */
  readonly ts: string;
  readonly interval_s: number;
  readonly state?: AgentState;
  /** Why it is degraded. */
  readonly reason?: string;
  readonly in_flight?: number;
  readonly queued?: number;
  readonly model?: string;
  readonly version?: string;
  /** It serves as its file last was: what that says now has problems. */
  readonly last_good?: boolean;
}

/** What Muster adds to the fields that the protocol asks for. */
export interface HeartbeatDetails {
  readonly state: AgentState;
  readonly reason?: string;
  readonly inFlight: number;
  readonly queued: number;
  readonly model?: string;
  readonly version: string;
  readonly isLastGood?: boolean;
}

/** Beats without which an agent counts as offline. */
export const missedBeats = 3;

export function buildHeartbeat(
  address: AgentAddress,
  instance: { readonly id: string; readonly intervalS: number },
  details: HeartbeatDetails,
  now: Date,
): Heartbeat {
  return {
    agent: address.agent,
    owner: address.owner,
    instance_id: instance.id,
    ts: now.toISOString(),
    interval_s: instance.intervalS,
    state: details.state,
    ...(details.reason === undefined ? {} : { reason: details.reason }),
    in_flight: details.inFlight,
    queued: details.queued,
    ...(details.model === undefined ? {} : { model: details.model }),
    version: details.version,
    ...(details.isLastGood === true ? { last_good: true } : {}),
  };
}

/** Reads any implementation's heartbeat; undefined when a field that the protocol asks for is missing or of another type. */
export function decodeHeartbeat(payload: string): Heartbeat | undefined {
  let value: unknown;
  try {
    value = JSON.parse(payload);
  } catch {
    return undefined; // Not JSON, hence no heartbeat.
  }
  if (typeof value !== "object" || value === null) return undefined;
  const fields: Record<string, unknown> = { ...value };
  const { agent, owner, instance_id, ts, interval_s } = fields;
  if (typeof agent !== "string" || typeof owner !== "string" || typeof instance_id !== "string") return undefined;
  if (typeof ts !== "string" || typeof interval_s !== "number" || !(interval_s > 0)) return undefined;
  return {
    agent,
    owner,
    instance_id,
    ts,
    interval_s,
    ...pick(fields, "session", isString),
    ...pick(fields, "state", isState),
    ...pick(fields, "reason", isString),
    ...pick(fields, "in_flight", isNumber),
    ...pick(fields, "queued", isNumber),
    ...pick(fields, "model", isString),
    ...pick(fields, "version", isString),
    ...pick(fields, "last_good", isBoolean),
  };
}

function pick<Key extends string, Value>(
  fields: Record<string, unknown>,
  key: Key,
  accepts: (value: unknown) => value is Value,
): Partial<Record<Key, Value>> {
  const value = fields[key];
  const picked: Partial<Record<Key, Value>> = {};
  if (accepts(value)) picked[key] = value;
  return picked;
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === "boolean";
}

function isNumber(value: unknown): value is number {
  return typeof value === "number";
}

function isState(value: unknown): value is AgentState {
  return value === "starting" || value === "ready" || value === "degraded" || value === "draining";
}

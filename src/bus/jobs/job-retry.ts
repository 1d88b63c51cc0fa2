// Which failures of a job are tried again, which of those count towards setting it aside, and how long each waits.

import type { ServiceError, ServiceErrorName } from "../../protocol/service-error.ts";

export type Verdict =
  /** Another try would end the same way. */
  | "final"
  /** The job may be at fault: after so many tries it is set aside. */
  | "counted"
  /** The agent could not: tried again as long as the job lives. */
  | "excused";

const excused: ReadonlySet<ServiceErrorName> = new Set([
  "model_unreachable",
  "model_no_memory",
  "tool_unavailable",
  "configuration_missing",
  "busy",
  "address_taken",
  "shutting_down",
  "bus_lost",
]);
const counted: ReadonlySet<ServiceErrorName> = new Set([
  "model_not_found",
  "model_refused",
  "model_timeout",
  "model_invalid",
  "deadline_exceeded",
  "internal",
]);

const firstMs = 2_000;
const longestCountedMs = 300_000;
const longestExcusedMs = 30_000;

export function judge(error: ServiceError): Verdict {
  if (error.code === 429 || excused.has(error.error)) return "excused";
  return counted.has(error.error) ? "counted" : "final";
}

/** Tripled for each try, at least what the agent asked for, and at most 5 min; 30 s where the agent will soon be able again. */
export function retryDelayMs(verdict: "counted" | "excused", tries: number, retryAfterS: number | undefined): number {
  const longest = verdict === "counted" ? longestCountedMs : longestExcusedMs;
  const grown = firstMs * 3 ** Math.min(20, Math.max(0, tries - 1));
  return Math.min(longest, Math.max(grown, (retryAfterS ?? 0) * 1_000));
}

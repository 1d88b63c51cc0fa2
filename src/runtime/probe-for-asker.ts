// A short call of one model for whoever asks over the control socket: with the runtime's own secrets, slots and engine.

import { ModelError } from "../model/contract.ts";
import type { Models } from "../model/models.ts";
import type { ModelProbe } from "../model/probe.ts";

export type ProbeReport =
  | { readonly type: "probed"; readonly probe: ModelProbe }
  /** `kind`: of the `ModelError`, or `late` when there was no answer in time. */
  | { readonly type: "failed"; readonly kind: string; readonly reason: string }
  /** The runtime's manifest has no model of that name. */
  | { readonly type: "unknown-model" };

export interface ProbeOrder {
  readonly model: string;
  readonly limitMs: number;
}

/** Rejects only where there are no models yet, or with an error of our own making. */
export async function probeForAsker(
  models: Pick<Models, "probe"> | undefined,
  { model, limitMs }: ProbeOrder,
  signal?: AbortSignal,
): Promise<ProbeReport> {
  if (models === undefined) throw new Error("It is still starting: try again");
  const limit = AbortSignal.timeout(limitMs);
  try {
    return {
      type: "probed",
      probe: await models.probe(model, signal === undefined ? limit : AbortSignal.any([signal, limit])),
    };
  } catch (error) {
    if (error instanceof ModelError) return { type: "failed", kind: error.kind, reason: error.message };
    if (error instanceof RangeError) return { type: "unknown-model" };
    if (limit.aborted) return { type: "failed", kind: "late", reason: `No answer within ${limitMs / 1_000} s` };
    throw error;
  }
}

/** Its writer is a Muster of any version. */
export function isProbeReport(value: unknown): value is ProbeReport {
  if (!isRecord(value)) return false;
  if (value["type"] === "failed") return typeof value["kind"] === "string" && typeof value["reason"] === "string";
  if (value["type"] !== "probed") return value["type"] === "unknown-model";
  const probe = value["probe"];
  if (!isRecord(probe) || typeof probe["isPresent"] !== "boolean") return false;
  const answer = probe["answer"];
  return (
    answer === undefined ||
    (isRecord(answer) && typeof answer["totalMs"] === "number" && typeof answer["outputTokens"] === "number")
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

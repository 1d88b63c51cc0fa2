// Whose fault it is that a text was not embedded: the endpoint's, which passes, or the text's own.

import { ModelError } from "../../model/contract.ts";

const refusals: readonly number[] = [400, 413, 422];

/** The model answers, and says no to this text, or what it makes of it is no vector: before it made one of another text. */
export function isTextRefused(error: unknown): boolean {
  if (!(error instanceof ModelError)) return false;
  return (
    error.kind === "overflow" ||
    error.kind === "invalid" ||
    (error.kind === "refused" && refusals.includes(error.status ?? 0))
  );
}

// How many agents a prompt has come through: an envelope field of ours (§5.6), so that agents which prompt each other in a circle come to an end.

export const hopsField = "muster_hops";

/** More is no more than this. */
const mostHops = 1_000;

/** The count in the further fields of an envelope; 0 where there is none, and for what is no count. */
export function readHops(extra: Readonly<Record<string, unknown>>): number {
  const value = extra[hopsField];
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0) return 0;
  return Math.min(value, mostHops);
}

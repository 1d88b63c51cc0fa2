// The Retry-After header of an answer: seconds, or a date.

const longestS = 3600;

/**
 * Whole seconds to wait, 0 to 3,600.
 * @param nowMs the present, in ms since the epoch
 * @returns undefined when there is no header or it says nothing usable
 */
export function retryAfterSeconds(header: string | null, nowMs: number): number | undefined {
  if (header === null || header.trim() === "") return undefined;
  const seconds = Number(header);
  const wait = Number.isFinite(seconds) ? seconds : (Date.parse(header) - nowMs) / 1000;
  return Number.isFinite(wait) ? Math.min(longestS, Math.max(0, Math.ceil(wait))) : undefined;
}

// Keys that several types of tool have.

import * as z from "zod/mini";
import { duration, flag, size } from "../fields.ts";
import { formatDuration, formatSize } from "../units.ts";

/** About 4,000 tokens: what a small model can take of one call. */
export const maxOutputDefault = 16 * 1024;
export const timeoutDefaultMs = 30_000;

export function maxOutput() {
  return z.optional(
    size(
      {
        description: "How much of a result the model reads; more is cut, and said to be.",
        default: formatSize(maxOutputDefault),
      },
      256,
      1024 ** 2,
    ),
  );
}

export function timeout(description: string) {
  return z.optional(duration({ description, default: formatDuration(timeoutDefaultMs) }, 100, 24 * 3_600_000));
}

export function allowUnauthenticated() {
  return z.optional(
    flag({
      description:
        "Accepts that everybody on a bus without authentication may have a privileged tool used (docs/tools.md).",
      default: false,
    }),
  );
}

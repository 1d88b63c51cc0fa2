// Keys that several types of tool have.

import * as z from "zod/mini";
import { duration, fields, flag, folder, secret, size } from "../fields.ts";
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

/** `to`: who gets it, and how. */
export function traceparent(to: string) {
  return z.optional(
    flag({
      description: `Whether ${to}, so that what it does joins the turn's trace (docs/tracing.md).`,
      default: false,
    }),
  );
}

/** Absent where nothing is to be told. */
export function carriedBy(keys: { readonly traceparent?: boolean | undefined }): { readonly carriesTrace?: true } {
  return keys.traceparent === true ? { carriesTrace: true } : {};
}

export function workingFolder() {
  return z.optional(
    folder({
      description: "The folder that it runs in.",
      defaultText: "a folder of the turn, empty at first and removed at its end",
    }),
  );
}

/** Values may be secrets, and are treated as such. */
export function environment() {
  const variableName = "the name of an environment variable";
  return z.optional(
    z
      .record(
        z.string().check(z.regex(/^[A-Za-z_][A-Za-z0-9_]{0,255}$/, { error: variableName })),
        secret({ description: "The variable's value." }),
        { error: "a map of environment variables, each a text" },
      )
      .register(fields, {
        description:
          "Variables that programs see beside PATH, HOME, USER, LOGNAME, LANG, LC_ALL, LC_CTYPE, TZ and TMPDIR; nothing else of our environment is.",
        defaultText: "none",
      }),
  );
}

// Options that are durations.

import { parseDuration } from "../manifest/units.ts";
import type { Invocation } from "./command.ts";
import { usageError } from "./command-error.ts";

/** Timers hold no more. */
const maxMs = 2 ** 31 - 1;

/** Milliseconds; undefined when the option was not given. Throws a `CommandError` for anything but a positive duration. */
export function durationOption(invocation: Invocation, name: string): number | undefined {
  const text = invocation.text(name);
  if (text === undefined) return undefined;
  const ms = parseDuration(text);
  if (ms === undefined || ms === 0 || ms > maxMs) {
    throw usageError(`--${name} is "${text}"; write a duration such as 500ms, 30s or 5m, at most 24d`);
  }
  return ms;
}

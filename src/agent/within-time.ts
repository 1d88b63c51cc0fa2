// One call's time: its signal fires when that is over, or when the turn is stopped, and a tool that goes on regardless is left to itself.

import { ToolError } from "../tool/contract.ts";
import { abandonable } from "./abandonable.ts";

/**
 * Runs `work`. What it throws is thrown on, a rejection too.
 * @throws {ToolError} `timeout` when it did not end in time; or the reason of `outer`
 */
export async function withinTime<Result>(
  outer: AbortSignal,
  timeMs: number,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const late = new ToolError("timeout", `It did not end within ${Math.max(1, Math.round(timeMs / 1000))} s`);
  const controller = new AbortController();
  const follow = () => controller.abort(outer.reason);
  if (outer.aborted) follow();
  outer.addEventListener("abort", follow, { once: true });
  const timer = setTimeout(() => controller.abort(late), timeMs);
  const { signal } = controller;
  try {
    // A throw before the first wait is a rejection like any other.
    return await abandonable(
      Promise.resolve().then(() => work(signal)),
      signal,
    );
  } catch (error) {
    if (signal.aborted && !outer.aborted) throw late;
    throw error;
  } finally {
    clearTimeout(timer);
    outer.removeEventListener("abort", follow);
  }
}

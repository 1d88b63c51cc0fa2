// What must be closed, in the opposite order of its opening.

import type { Logger } from "../telemetry/log.ts";

export interface Closers {
  add(name: string, close: () => void | Promise<void>): void;
  /** Closes all, each once. What fails, or takes longer than `timeoutMs`, is logged and holds nobody up. Never rejects. */
  closeAll(timeoutMs: number): Promise<void>;
}

export function closers(log: Logger): Closers {
  const open: { readonly name: string; readonly close: () => void | Promise<void> }[] = [];
  return {
    add: (name, close) => void open.push({ name, close }),
    closeAll: async (timeoutMs) => {
      for (let next = open.pop(); next !== undefined; next = open.pop()) {
        try {
          await withinTime(Promise.resolve(next.close()), timeoutMs);
        } catch (error) {
          log.warn("Could not close in order", { what: next.name, error });
        }
      }
    },
  };
}

async function withinTime(closing: Promise<void>, timeoutMs: number): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`Took longer than ${timeoutMs / 1000} s`)), timeoutMs);
  try {
    await Promise.race([closing, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

import { afterEach, expect, test } from "bun:test";
import { MemoryGuard } from "../../../src/runtime/memory-guard.ts";
import { recordedLog } from "../../support/recorded-log.ts";

const megabyte = 1024 ** 2;
const open: MemoryGuard[] = [];
afterEach(() => {
  for (const guard of open.splice(0)) guard.close();
});

/** `freed`: what each entry gives back when it goes. */
function guarded(options: { readonly entries?: number; readonly freedMb?: number } = {}) {
  const memory = { rssMb: 50, entries: options.entries ?? 0, collections: 0 };
  const log = recordedLog();
  const guard = new MemoryGuard({
    rssBytes: () => memory.rssMb * megabyte,
    shrink: () => {
      const gone = Math.ceil(memory.entries / 2);
      memory.entries -= gone;
      memory.rssMb -= gone * (options.freedMb ?? 0);
      return gone;
    },
    collect: () => {
      memory.collections += 1;
    },
    log,
  });
  open.push(guard);
  guard.use(100 * megabyte);
  const at = (rssMb: number) => {
    memory.rssMb = rssMb;
    guard.look();
    return guard.status()?.state;
  };
  return { guard, memory, log, at };
}

test("far from the limit nothing is touched", () => {
  const { guard, memory, at, log } = guarded({ entries: 4 });
  expect(at(89)).toBe("ok");
  expect(guard.refusal()).toBeUndefined();
  expect(memory).toMatchObject({ entries: 4, collections: 0 });
  expect(log.lines).toEqual([]);
});

test("near the limit caches shrink, and prompts are taken", () => {
  const { guard, memory, at, log } = guarded({ entries: 4 });
  expect(at(91)).toBe("shrinking");
  expect(guard.refusal()).toBeUndefined();
  expect(memory).toMatchObject({ entries: 2, collections: 1 });
  expect(log.lines).toMatchObject([{ level: "warn", conversations: 2 }]);
});

test("a shrink that is enough leaves nothing to refuse", () => {
  const { guard, at } = guarded({ entries: 4, freedMb: 10 });
  expect(at(101)).toBe("ok");
  expect(guard.refusal()).toBeUndefined();
});

test("at the limit prompts are refused with 429, the reason and a time", () => {
  const { guard, at } = guarded();
  expect(at(100)).toBe("full");
  expect(guard.refusal()).toMatchObject({
    code: 429,
    error: "busy",
    message: "The runtime is at its memory limit of 100MB; try again later",
    fields: { retry_after_s: 5 },
  });
});

test("refusing ends clearly below the limit, and each change is logged once", () => {
  const { at, log } = guarded();
  expect([100, 130, 98, 94, 80].map(at)).toEqual(["full", "full", "full", "shrinking", "ok"]);
  expect(log.messages()).toEqual([
    "Memory is at its limit: new prompts are refused until it is below",
    "Memory is below its limit: prompts are taken",
  ]);
  expect(log.lines[0]).toMatchObject({ rss: "100.0 MB", limit: "100.0 MB" });
});

test("where nothing is left to shrink, memory is given back to the system only now and then", () => {
  const { memory, at } = guarded();
  for (let look = 0; look < 22; look++) at(95);
  expect(memory.collections).toBe(2);
});

test("another limit holds at once, and none refuses nothing", () => {
  const { guard, at } = guarded();
  at(150);
  guard.use(200 * megabyte);
  expect(guard.status()).toEqual({ limitBytes: 200 * megabyte, state: "ok" });
  guard.use(100 * megabyte);
  expect(guard.status()?.state).toBe("full");
  guard.use(undefined);
  expect([guard.status(), guard.refusal()]).toEqual([undefined, undefined]);
});

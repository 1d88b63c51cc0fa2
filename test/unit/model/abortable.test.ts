import { describe, expect, test } from "bun:test";
import { Abortable } from "../../../src/model/abortable.ts";
import { reasonOf } from "../../support/model-fixtures.ts";

async function* counting(log: string[]) {
  try {
    yield 1;
    yield 2;
    await new Promise<never>(() => undefined);
  } finally {
    log.push("cleaned up");
  }
}

async function failing(events: AsyncIterable<unknown>): Promise<unknown> {
  try {
    await Array.fromAsync(events);
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("Abortable", () => {
  test("rejects a pending step at once though its source never answers", async () => {
    const caller = new AbortController();
    const events = new Abortable(counting([]), caller.signal);
    await events.next();
    await events.next();
    const pending = events.next();
    caller.abort(new Error("gone"));
    expect(await reasonOf(pending)).toEqual(new Error("gone"));
    expect(await reasonOf(events.next())).toEqual(new Error("gone"));
  });

  test("has the source clean up when it is left between two steps", async () => {
    const log: string[] = [];
    const caller = new AbortController();
    const events = new Abortable(counting(log), caller.signal);
    await events.next();
    caller.abort(new Error("gone"));
    expect(await failing(events)).toEqual(new Error("gone"));
    expect(log).toEqual(["cleaned up"]);
  });

  test("never starts a source when its signal has fired already", async () => {
    const log: string[] = [];
    const events = new Abortable(counting(log), AbortSignal.abort(new Error("gone")));
    expect(await failing(events)).toEqual(new Error("gone"));
    expect(log).toEqual([]);
  });

  test("passes all steps, the end, and errors", async () => {
    async function* source() {
      yield "a";
      await Promise.resolve();
      throw new Error("broken");
    }
    const events = new Abortable(source(), new AbortController().signal);
    expect(await events.next()).toEqual({ done: false, value: "a" });
    expect(await reasonOf(events.next())).toEqual(new Error("broken"));
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });

  test("returns the source when its reader stops", async () => {
    const log: string[] = [];
    for await (const value of new Abortable(counting(log), new AbortController().signal)) {
      expect(value).toBe(1);
      break;
    }
    expect(log).toEqual(["cleaned up"]);
  });
});

import { describe, expect, test } from "bun:test";
import { CallEvents } from "../../../../src/model/builtin/call-events.ts";

const never = new AbortController().signal;

describe("CallEvents", () => {
  test("joins text that came before it was read", async () => {
    const events = new CallEvents();
    events.push({ type: "text", id: 1, text: "one " });
    events.push({ type: "text", id: 1, text: "two" });
    events.push({ type: "thinking", id: 1, text: "hm" });
    expect(await events.next(never)).toEqual({ type: "text", id: 1, text: "one two" });
    expect(await events.next(never)).toEqual({ type: "thinking", id: 1, text: "hm" });
  });

  test("hands on what comes while somebody waits", async () => {
    const events = new CallEvents();
    const waiting = events.next(never);
    events.push({ type: "text", id: 1, text: "late" });
    expect(await waiting).toEqual({ type: "text", id: 1, text: "late" });
  });

  test("tells a failure after what came before it", async () => {
    const events = new CallEvents();
    events.push({ type: "text", id: 1, text: "half" });
    events.fail(new Error("the child died"));
    expect(await events.next(never)).toMatchObject({ text: "half" });
    expect(events.next(never)).rejects.toThrow("the child died");
  });

  test("an abort ends a wait with the signal's reason", () => {
    const controller = new AbortController();
    const waiting = new CallEvents().next(controller.signal);
    controller.abort(new Error("enough"));
    expect(waiting).rejects.toThrow("enough");
  });
});

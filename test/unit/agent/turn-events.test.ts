import { expect, test } from "bun:test";
import type { AgentEvent } from "../../../src/agent/contract.ts";
import { TurnEvents, TurnLeft } from "../../../src/agent/turn-events.ts";
import { rejectionError } from "../../support/rejection.ts";

const text = (said: string): AgentEvent => ({ type: "text", text: said });
const end: AgentEvent = { type: "end", outcome: { ok: true } };

test("a turn goes on when what it told was read, and its last event ends it", async () => {
  const done: string[] = [];
  const events = new TurnEvents(async (turn) => {
    done.push("begun");
    await turn.tell(text("a"));
    done.push("went on");
    return end;
  });
  expect(done).toEqual([]);
  expect(await events.next()).toEqual({ done: false, value: text("a") });
  await Bun.sleep(1);
  expect(done).toEqual(["begun"]);
  expect(await events.next()).toEqual({ done: false, value: end });
  expect(done).toEqual(["begun", "went on"]);
  expect(await events.next()).toEqual({ done: true, value: undefined });
});

test("a turn that is left is told, does not go on, and its end is waited for", async () => {
  const done: string[] = [];
  const events = new TurnEvents(async (turn) => {
    turn.onLeft(() => done.push("told"));
    const error = await rejectionError(turn.tell(text("a")));
    expect(error).toBeInstanceOf(TurnLeft);
    expect(await rejectionError(turn.tell(text("b")))).toBeInstanceOf(TurnLeft);
    expect(turn.isLeft).toBe(true);
    await Bun.sleep(1);
    done.push("ended");
    return end;
  });
  for await (const event of events) {
    expect(event).toEqual(text("a"));
    break;
  }
  expect(done).toEqual(["told", "ended"]);
  expect(await events.next()).toEqual({ done: true, value: undefined });
});

test("a part of a turn that is a stream of its own is told whole, gives what it returns, and ends where the turn is left", async () => {
  const done: string[] = [];
  async function* part(): AsyncGenerator<AgentEvent, number, void> {
    try {
      yield await Promise.resolve(text("a"));
      yield text("b");
      return 7;
    } finally {
      done.push("part ended");
    }
  }
  const whole = new TurnEvents(async (turn) => text(String(await turn.tellAll(part()))));
  const told: AgentEvent[] = [];
  for await (const event of whole) told.push(event);
  expect(told).toEqual([text("a"), text("b"), text("7")]);
  const left = new TurnEvents(async (turn) => {
    expect(await rejectionError(turn.tellAll(part()))).toBeInstanceOf(TurnLeft);
    done.push("turn ended");
    return end;
  });
  await left.next();
  await left.return();
  expect(done).toEqual(["part ended", "part ended", "turn ended"]);
});

test("a turn that fails fails its reader", async () => {
  const events = new TurnEvents(() => Promise.reject(new TypeError("x is undefined")));
  expect(await rejectionError(events.next())).toBeInstanceOf(TypeError);
  expect(await events.return()).toEqual({ done: true, value: undefined });
});

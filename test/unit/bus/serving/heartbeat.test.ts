import { afterEach, beforeEach, expect, jest, test } from "bun:test";
import { HeartbeatSchedule } from "../../../../src/bus/serving/heartbeat.ts";
import { fakeBus } from "../../../support/fake-bus.ts";

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test("the first beat comes at once, the second within the interval, then one an interval", () => {
  const schedule = new HeartbeatSchedule(fakeBus(), () => 0.5);
  let beats = 0;
  const remove = schedule.add({ intervalMs: 10_000, beat: () => beats++ });
  expect(beats).toBe(1);
  jest.advanceTimersByTime(10_000);
  expect(beats).toBe(2);
  jest.advanceTimersByTime(100_000);
  expect(beats).toBe(12);
  remove();
  jest.advanceTimersByTime(100_000);
  expect(beats).toBe(12);
  schedule.close();
});

test("agents that start together do not beat together, and share one timer", () => {
  let seed = 0;
  const schedule = new HeartbeatSchedule(fakeBus(), () => (seed = (seed + 0.37) % 1));
  const times = new Map<number, number>();
  let elapsed = 0;
  for (let index = 0; index < 100; index++) {
    schedule.add({ intervalMs: 30_000, beat: () => times.set(elapsed, (times.get(elapsed) ?? 0) + 1) });
  }
  times.clear();
  expect(jest.getTimerCount()).toBe(1);
  for (elapsed = 0; elapsed < 30_000; elapsed += 250) jest.advanceTimersByTime(250);
  expect([...times.values()].reduce((sum, count) => sum + count)).toBe(100);
  expect(Math.max(...times.values())).toBeLessThan(10);
  schedule.close();
  expect(jest.getTimerCount()).toBe(0);
});

test("everyone beats when the bus is back", () => {
  const bus = fakeBus();
  const schedule = new HeartbeatSchedule(bus);
  let beats = 0;
  for (let index = 0; index < 3; index++) schedule.add({ intervalMs: 60_000, beat: () => beats++ });
  bus.setConnected(false);
  expect(beats).toBe(3);
  bus.setConnected(true);
  expect(beats).toBe(6);
  schedule.close();
});

import { expect, test } from "bun:test";
import { SteppedClock } from "../../../src/host/stepped-clock.ts";

const minute = 60_000;
const day = 24 * 60 * minute;
const year = 365 * day;
const june = Date.UTC(2026, 5, 1);

function started(atMs = june) {
  const time = { wall: atMs, steady: 0 };
  const clock = new SteppedClock(
    () => time.wall,
    () => time.steady,
  );
  return {
    clock,
    pass: (ms: number) => {
      time.wall += ms;
      time.steady += ms;
    },
    set: (ms: number) => (time.wall = ms),
    now: () => time.wall,
  };
}

test("a job is as old as the clock says while nobody sets it", () => {
  const { clock, pass, now } = started();
  const stamped = now();
  pass(3 * day);
  expect(clock.ageMs(stamped)).toBe(3 * day);
  expect(clock.ageMs(now() + minute)).toBe(0);
});

test("a clock that jumps ahead by years makes no job older, and neither does its way back", () => {
  const { clock, pass, set, now } = started();
  const before = now() - day;
  const stamped = now();
  pass(minute);
  set(now() + 5 * year);
  expect(clock.ageMs(stamped)).toBe(minute);
  expect(clock.ageMs(before)).toBe(day + minute);
  const meanwhile = now();
  pass(minute);
  set(now() - 5 * year);
  expect(clock.ageMs(stamped)).toBe(2 * minute);
  expect(clock.ageMs(before)).toBe(day + 2 * minute);
  expect(clock.ageMs(meanwhile)).toBe(minute);
  pass(day);
  expect(clock.ageMs(meanwhile)).toBe(day + minute);
});

test("jobs of a clock that was not set at boot are as old as they are once it is set", () => {
  const { clock, pass, set, now } = started(0);
  const stamped = now() + minute;
  pass(2 * minute);
  expect(clock.ageMs(stamped)).toBeUndefined();
  set(june);
  expect(clock.ageMs(stamped)).toBe(minute);
  expect(clock.ageMs(now())).toBe(0);
});

test("jobs of a clock that was ahead at boot are as old as they are once it is right, and older ones stay", () => {
  const { clock, pass, set, now } = started(june + 4 * year);
  const ahead = now();
  pass(minute);
  set(june);
  expect(clock.ageMs(ahead)).toBe(minute);
  expect(clock.ageMs(june - day)).toBe(day);
});

test("a time of before any clock was set says nothing", () => {
  expect(started().clock.ageMs(Date.UTC(1970, 0, 2))).toBeUndefined();
});

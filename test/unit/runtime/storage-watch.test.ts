import { afterEach, beforeEach, expect, jest, test } from "bun:test";
import { StorageWatch } from "../../../src/runtime/storage-watch.ts";
import { recordedLog } from "../../support/recorded-log.ts";

const megabyte = 1024 ** 2;

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

function watched(freeMegabytes: number) {
  const log = recordedLog();
  const changes: boolean[] = [];
  const disk = { free: freeMegabytes };
  const watch = new StorageWatch({
    freeBytes: () => disk.free * megabyte,
    onChange: (isFull) => changes.push(isFull),
    log,
  });
  return { watch, log, changes, disk };
}

test("a disk is full before nothing is left, has room again with some to spare, and each is said once", () => {
  const { watch, log, changes, disk } = watched(100);
  disk.free = 3;
  jest.advanceTimersByTime(2_000);
  watch.refused();
  expect(watch.status()).toEqual({ state: "full", freeBytes: 3 * megabyte });
  disk.free = 5;
  jest.advanceTimersByTime(10_000);
  expect(changes).toEqual([true]);
  disk.free = 9;
  jest.advanceTimersByTime(2_000);
  expect(changes).toEqual([true, false]);
  expect(log.messages()).toEqual([
    "The disk of the state directory is full: agents answer on, nothing is stored",
    "The disk of the state directory has room again",
  ]);
  watch.close();
});

test("what failed for want of room is done again when there is some, once", () => {
  const { watch, disk } = watched(1);
  let retries = 0;
  watch.whenRoom(() => (retries += 1));
  disk.free = 100;
  watch.look();
  disk.free = 1;
  watch.look();
  disk.free = 100;
  watch.look();
  expect(retries).toBe(1);
  watch.close();
});

test("a write that failed though there seems to be room is believed for a while, and longer each time", () => {
  const { watch, changes } = watched(100);
  watch.refused();
  jest.advanceTimersByTime(8_000);
  expect(changes).toEqual([true]);
  jest.advanceTimersByTime(4_000);
  expect(changes).toEqual([true, false]);
  watch.refused();
  jest.advanceTimersByTime(16_000);
  expect(changes).toEqual([true, false, true]);
  watch.close();
});

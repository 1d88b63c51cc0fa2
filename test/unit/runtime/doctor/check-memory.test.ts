import { expect, test } from "bun:test";
import type { MemoryShortage } from "../../../../src/model/memory-need.ts";
import { checkMemory } from "../../../../src/runtime/doctor/check-memory.ts";
import { linesOf } from "./findings.ts";

const GB = 1024 ** 3;
const memory = () => ({ machineBytes: 2 * GB, ownBytes: 2 * GB, totalBytes: 4 * GB });

function model(lack?: MemoryShortage) {
  return { name: "large", shortage: () => Promise.resolve(lack) };
}

test("what is left is said, and that the models fit as far as is known", async () => {
  expect(await linesOf(checkMemory([], memory))).toEqual(["ok: 2.0 GB of 4.0 GB left"]);
  expect(await linesOf(checkMemory([model()], memory))).toEqual([
    "ok: 2.0 GB of 4.0 GB left, and no model here is known to need more",
  ]);
});

test("a model that does not fit now is a warning, one that never will a problem", async () => {
  expect(await linesOf(checkMemory([model({ needBytes: 3 * GB, availableBytes: 2 * GB })], memory))).toEqual([
    'warning: Model "large" needs about 3.0 GB, and 2.0 GB can be had now',
  ]);
  expect(await linesOf(checkMemory([model({ needBytes: 40 * GB, availableBytes: 2 * GB })], memory))).toEqual([
    'problem: Model "large" needs about 40 GB, and this machine has 4.0 GB',
  ]);
});

test("a system that does not tell is left out", async () => {
  expect(await linesOf(checkMemory([model()], () => undefined))).toEqual([
    "skipped: This system does not say how much memory is left",
  ]);
});

import { describe, expect, test } from "bun:test";
import { physicalCores, usableCores } from "../../../../src/model/builtin/physical-cores.ts";

const processor = (id: number, socket: number, core: number) =>
  `processor\t: ${id}\nphysical id\t: ${socket}\nsiblings\t: 4\ncore id\t\t: ${core}\ncpu cores\t: 2\n`;

describe("physicalCores", () => {
  test("counts two threads of one core once", () => {
    const text = [processor(0, 0, 0), processor(1, 0, 1), processor(2, 0, 0), processor(3, 0, 1)].join("\n");
    expect(physicalCores(text)).toBe(2);
  });

  test("counts the same core number of two sockets twice", () => {
    expect(physicalCores([processor(0, 0, 0), processor(1, 1, 0)].join("\n"))).toBe(2);
  });

  test("knows nothing on ARM, which names no cores", () => {
    expect(physicalCores("processor\t: 0\nBogoMIPS\t: 108.00\n\nprocessor\t: 1\n")).toBeUndefined();
  });

  test("there is at least one to use", () => {
    expect(usableCores()).toBeGreaterThanOrEqual(1);
  });
});

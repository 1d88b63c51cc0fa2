import { describe, expect, test } from "bun:test";
import { tailBuffer } from "../../../src/host/tail-buffer.ts";

describe("tailBuffer", () => {
  test("keeps the last lines only", () => {
    const tail = tailBuffer(2);
    for (const line of ["a", "b", "c"]) tail.add(line);
    expect(tail.text()).toBe("b\nc");
  });

  test("cuts a line that has no end", () => {
    const tail = tailBuffer();
    tail.add("x".repeat(100_000));
    expect(tail.text()).toHaveLength(2000);
  });
});

import { expect, test } from "bun:test";
import fc from "fast-check";
import { batchesOf } from "../../../../src/model/embedding/batches.ts";

test("batches hold every text once, in order, and none is empty", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ maxLength: 30 })),
      fc.constantFrom("ollama" as const, "openai" as const),
      (texts, provider) => {
        const batches = batchesOf(texts, provider);
        expect(batches.flat()).toEqual(texts);
        for (const batch of batches) expect(batch.length).toBeGreaterThan(0);
      },
    ),
  );
});

test("a batch for a machine of ours is small in texts and in bytes, one for a server elsewhere larger", () => {
  const sizes = (texts: readonly string[], provider: "ollama" | "openai") =>
    batchesOf(texts, provider).map((batch) => batch.length);
  expect(sizes(Array<string>(20).fill("x"), "ollama")).toEqual([8, 8, 4]);
  expect(sizes(Array<string>(3).fill("x".repeat(7_000)), "ollama")).toEqual([1, 1, 1]);
  expect(sizes(["x".repeat(100_000), "y"], "ollama")).toEqual([1, 1]);
  expect(sizes(Array<string>(65).fill("x"), "openai")).toEqual([64, 1]);
});

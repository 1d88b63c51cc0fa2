import { expect, test } from "bun:test";
import { readSkips, skipsText } from "../../../../build/test/skips.ts";

test("the same skip of several files is told once", () => {
  const line = JSON.stringify({ what: "Ollama", missing: "no go on PATH" });
  const skips = readSkips(`${line}\n${line}\n`);
  expect(skips).toEqual([{ what: "Ollama", missing: "no go on PATH" }]);
  expect(skipsText(skips)).toBe("\nSkipped:\n  Ollama: no go on PATH");
});

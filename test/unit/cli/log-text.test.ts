import { expect, test } from "bun:test";
import { logText } from "../../../src/cli/log-text.ts";

const terminal = { hasColour: false, safe: (text: string) => text.replaceAll("\u001b", "") };

test("a JSON line is shown as people read the log", () => {
  const json = '{"time":"2026-01-02T03:04:05.678Z","level":"warn","message":"Turn failed","agent":"a","total_ms":12.5}';
  expect(logText(json, terminal)).toBe("03:04:05.678 WARN  Turn failed agent=a total_ms=12.5\n");
});

test("anything else is shown as it is, and commands no terminal", () => {
  expect(logText("\u001b[2Jnot json", terminal)).toBe("[2Jnot json\n");
  expect(logText('{"level":"loud"}', terminal)).toBe('{"level":"loud"}\n');
});

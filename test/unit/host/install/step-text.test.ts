import { expect, test } from "bun:test";
import { stepText } from "../../../../src/host/install/step-text.ts";

test("a file is shown with its mode and its whole content", () => {
  const step = { type: "file", path: "/etc/a", mode: 0o644, content: "one\n\ntwo\n", isConfiguration: true } as const;
  expect(stepText(step, "/tree")).toBe(
    "file /tree/etc/a (mode 0644, left alone where one is there)\n    one\n\n    two\n",
  );
});

test("a command is shown as a shell would take it", () => {
  expect(stepText({ type: "command", argv: ["a", "b c", "it's"], isOptional: false })).toBe(
    "command a 'b c' 'it'\\''s'\n",
  );
});

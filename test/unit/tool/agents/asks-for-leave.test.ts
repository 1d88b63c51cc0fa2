import { expect, test } from "bun:test";
import { asksForLeave } from "../../../../src/tool/agents/asks-for-leave.ts";

test.each([
  "May I delete /var/log?",
  "Allow `rm -rf build`?",
  "Proceed (y/n)",
  "Do you approve this restart?",
  "Please CONFIRM.",
  "Yes or no: shut the press down",
])("%j reads as one for leave to act", (question) => {
  expect(asksForLeave(question)).toBe(true);
});

test.each(["Which colour?", "Which of the three pumps do you mean?", "For what date?"])("%j does not", (question) => {
  expect(asksForLeave(question)).toBe(false);
});

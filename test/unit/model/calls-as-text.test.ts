import { expect, test } from "bun:test";
import { withoutCalls } from "../../../src/model/calls-as-text.ts";

test("calls and results become text, results of one answer one message", () => {
  const call = (id: string) => ({ id, name: "clock", input: { zone: id } });
  expect(
    withoutCalls([
      { role: "system", text: "Be kind." },
      { role: "user", text: "Time?" },
      { role: "assistant", text: "Let me see.", calls: [call("UTC"), call("CET")] },
      { role: "tool", call: "UTC", name: "clock", text: "10:00" },
      { role: "tool", call: "CET", name: "clock", text: "11:00" },
      { role: "assistant", text: "Ten." },
    ]),
  ).toEqual([
    { role: "system", text: "Be kind." },
    { role: "user", text: "Time?" },
    {
      role: "assistant",
      text: 'Let me see.\n{"tool":"clock","arguments":{"zone":"UTC"}}\n{"tool":"clock","arguments":{"zone":"CET"}}',
    },
    { role: "user", text: "Result of the tool clock:\n10:00\n\nResult of the tool clock:\n11:00" },
    { role: "assistant", text: "Ten." },
  ]);
});

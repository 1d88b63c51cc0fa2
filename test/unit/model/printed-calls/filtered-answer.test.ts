import { expect, test } from "bun:test";
import type { ModelEvent, ModelUsage } from "../../../../src/model/contract.ts";
import { filtered } from "../../../../src/model/printed-calls/filtered-answer.ts";
import { PrintedCallFilter } from "../../../../src/model/printed-calls/printed-call-filter.ts";
import { PromptedAnswer } from "../../../../src/model/prompted-tools/prompted-answer.ts";
import { fixtureTools } from "../../../support/tool-call-fixtures.ts";

const [tool] = fixtureTools;
const name = tool?.name ?? "";

async function answerOf(text: string, finish: ModelUsage["finish"], isPrompted: boolean) {
  const counts = { model: "m", provider: "ollama", inputTokens: 1, outputTokens: 64, estimated: false, totalMs: 1 };
  const said = [
    { type: "text", text },
    { type: "usage", usage: { ...counts, finish } },
  ] satisfies ModelEvent[];
  async function* answer(): AsyncGenerator<ModelEvent> {
    for (const event of said) yield await Promise.resolve(event);
  }
  const filter = isPrompted ? new PromptedAnswer(fixtureTools) : new PrintedCallFilter(fixtureTools);
  const events: ModelEvent[] = [];
  let error = "";
  try {
    for await (const event of filtered(answer(), filter)) events.push(event);
  } catch (thrown) {
    error = String(thrown);
  }
  const shown = events.map((event) => (event.type === "text" ? event.text : "")).join("");
  return { shown, error, hasUsage: events.some(({ type }) => type === "usage") };
}

test.each([
  ["of an API", false],
  ["of the prompted protocol", true],
])("a call %s that was cut with the answer is none of the answer, and its tokens count", async (_title, isPrompted) => {
  const cut = `{"tool": "${name}", "arguments": {"path": "report_report_rep`;
  const { shown, error, hasUsage } = await answerOf(cut, "length", isPrompted);
  expect(shown).toBe("");
  expect(error).toContain("call of a tool was cut at its limit, after 64 tokens");
  expect(hasUsage).toBe(true);
});

test.each([
  ["text", "The time is"],
  ["the start of a tool's name", name.slice(0, 3)],
  ["other JSON", '{"machines": ["press 3", "press'],
  ["a bracket", "["],
])("%s that was cut is shown as far as it came", async (_title, text) => {
  expect(await answerOf(text, "length", false)).toEqual({ shown: text, error: "", hasUsage: true });
});

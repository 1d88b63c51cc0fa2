import { describe, expect, test } from "bun:test";
import { PrintedCallFilter } from "../../../../src/model/printed-calls/printed-call-filter.ts";
import { fixtureTools, printedCalls, printedOtherwise } from "../../../support/tool-call-fixtures.ts";

/** Fed in pieces of `size` characters. */
function filter(text: string, size: number) {
  const one = new PrintedCallFilter(fixtureTools);
  let shown = "";
  for (let at = 0; at < text.length; at += size) shown += one.push(text.slice(at, at + size));
  const end = one.end();
  return { text: shown + end.text, calls: end.calls.map(({ name, input }) => ({ name, input })) };
}

test("the set is large enough, and says what was recorded", () => {
  expect(printedCalls.length).toBeGreaterThanOrEqual(40);
  expect(printedCalls.filter(({ isRecorded }) => isRecorded).length).toBeGreaterThan(20);
  expect(printedOtherwise.length).toBeGreaterThanOrEqual(40);
});

describe("calls that were printed are recognised, however the text is cut", () => {
  test.each(printedCalls.map(({ title, text, calls }) => [title, text, calls] as const))(
    "%s",
    (_title, text, calls) => {
      for (const size of [1, 7, text.length]) expect(filter(text, size)).toEqual({ text: "", calls: [...calls] });
    },
  );
});

describe("what is no call goes through as it is, however it is cut", () => {
  test.each(printedOtherwise.map(({ title, text }) => [title, text] as const))("%s", (_title, text) => {
    for (const size of [1, 7, text.length]) expect(filter(text, size)).toEqual({ text, calls: [] });
  });
});

describe("text is kept back only as long as it could be a call", () => {
  test.each([
    ["It is ten.", 2],
    ["clocks are", 6],
    ['{"answer": "It', 10],
    ['{"name": "Ann", "age": 30}', 15],
    ["```ts\nlet x", 6],
    ["[1] See", 2],
    ["<p>Hello", 2],
    ["{braces}", 2],
  ])("%j is let through after %i characters", (text, length) => {
    const one = new PrintedCallFilter(fixtureTools);
    let fed = 0;
    let shown = "";
    while (shown === "" && fed < text.length) shown = one.push(text[fed++] ?? "");
    expect(shown).toBe(text.slice(0, fed));
    expect(fed).toBeLessThanOrEqual(length);
  });

  test("however much follows, reading it stays cheap", () => {
    const one = new PrintedCallFilter(fixtureTools);
    const startedAt = performance.now();
    one.push('{"name": "send_mail", "arguments": {"text": "');
    for (let at = 0; at < 50_000; at++) one.push("word");
    one.push('"}}');
    expect(one.end().calls).toHaveLength(1);
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });

  test("and no more than so much", () => {
    const one = new PrintedCallFilter(fixtureTools);
    const text = `{"name": "send_mail", "arguments": {"text": "${"x".repeat(400_000)}`;
    expect(one.push(text)).toBe(text);
  });

  test("nesting without end is text", () => {
    const text = `{"name": "clock", "arguments": ${"[".repeat(5000)}`;
    expect(filter(text, text.length)).toEqual({ text, calls: [] });
  });
});

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { LineTemplate } from "../../../src/model/line-template.ts";

const line = (text: string) => JSON.stringify({ id: "1", delta: { content: text }, end: null });

function learned(text = "a"): LineTemplate {
  const template = new LineTemplate("content");
  template.learn(line(text), text);
  return template;
}

/** The text of one line; undefined when it has to be parsed. */
function match(template: LineTemplate, one: string): string | undefined {
  const { text, end } = template.take(`${one}\n`, 0);
  return end === 0 ? undefined : text;
}

describe("LineTemplate", () => {
  test("reads lines on end, and empty ones between them, up to one that has to be parsed", () => {
    const lines = `${line("b")}\n\n${line("c")}\n${line('"')}\n${line("d")}\n`;
    const stop = lines.indexOf(line('"'));
    expect(learned().take(lines, 0)).toEqual({ text: "bc", end: stop });
    expect(learned().take(lines, stop)).toEqual({ text: "", end: stop });
    expect(learned().take(lines, lines.indexOf(line("c")))).toEqual({ text: "c", end: stop });
  });

  test("reads no text over the end of its line", () => {
    const cut = `${line("b").slice(0, -8)}\n${line("c")}\n`;
    expect(learned().take(cut, 0)).toEqual({ text: "", end: 0 });
    const template = new LineTemplate("content", "created_at");
    const record = (time: string) => `{"created_at":"${time}","content":"a"}`;
    template.learn(record("1"), "a");
    expect(template.take(`{"created_at":"1\n${record("2")}\n`, 0)).toEqual({ text: "", end: 0 });
    expect(template.take('{"created_at":"1\n', 0)).toEqual({ text: "", end: 0 });
  });

  test("reads what parsing would, or leaves the line to be parsed", () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom("a", '"', "\\", "}", ",", "n", "🙂") }));
    fc.assert(
      fc.property(text, text, (first, second) => {
        const found = match(learned(first), line(second));
        expect(found === undefined || found === second).toBe(true);
      }),
    );
  });

  test("reads plain text without parsing", () => {
    expect(match(learned(), line(" wörld 🙂"))).toBe(" wörld 🙂");
  });

  test.each([
    [JSON.stringify({ id: "1", delta: { content: "b" }, end: "stop" })],
    [JSON.stringify({ id: "2", delta: { content: "b" }, end: null })],
    ['{"id":"1","delta":{"content":"a","x":"b"},"end":null}'],
    [""],
  ])("leaves %s to be parsed", (other) => {
    expect(match(learned(), other)).toBeUndefined();
  });

  test("learns nothing from a line that carries the same field twice", () => {
    const template = new LineTemplate("content");
    const twice = '{"log":{"content":"a"},"delta":{"content":"a"}}';
    template.learn(twice, "a");
    expect(match(template, twice)).toBeUndefined();
  });

  test("lets a value before the text differ from line to line", () => {
    const record = (time: string, text: string, done = false) =>
      JSON.stringify({ model: "m", created_at: time, message: { role: "assistant", content: text }, done });
    const template = new LineTemplate("content", "created_at");
    template.learn(record("2026-01-01T00:00:00.1Z", "a"), "a");
    expect(match(template, record("2026-01-01T00:00:00.123456Z", " b"))).toBe(" b");
    expect(match(template, record("2026-01-01T00:00:01Z", 'say "b"'))).toBeUndefined();
    expect(match(template, record("2026-01-01T00:00:01Z", "b", true))).toBeUndefined();
    expect(match(template, record("2026-01-01T00:00:01Z", "b").replace('"m"', '"n"'))).toBeUndefined();
    expect(match(template, record('2026"', "b"))).toBeUndefined();
  });
});

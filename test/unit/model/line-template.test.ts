import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { LineTemplate } from "../../../src/model/line-template.ts";

const line = (text: string) => JSON.stringify({ id: "1", delta: { content: text }, end: null });

function learned(text = "a"): LineTemplate {
  const template = new LineTemplate("content");
  template.learn(line(text), text);
  return template;
}

describe("LineTemplate", () => {
  test("reads what parsing would, or leaves the line to be parsed", () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom("a", '"', "\\", "}", ",", "n", "🙂") }));
    fc.assert(
      fc.property(text, text, (first, second) => {
        const found = learned(first).match(line(second));
        expect(found === undefined || found === second).toBe(true);
      }),
    );
  });

  test("reads plain text without parsing", () => {
    expect(learned().match(line(" wörld 🙂"))).toBe(" wörld 🙂");
  });

  test.each([
    [JSON.stringify({ id: "1", delta: { content: "b" }, end: "stop" })],
    [JSON.stringify({ id: "2", delta: { content: "b" }, end: null })],
    ['{"id":"1","delta":{"content":"a","x":"b"},"end":null}'],
    [""],
  ])("leaves %s to be parsed", (other) => {
    expect(learned().match(other)).toBeUndefined();
  });

  test("learns nothing from a line that carries the same field twice", () => {
    const template = new LineTemplate("content");
    const twice = '{"log":{"content":"a"},"delta":{"content":"a"}}';
    template.learn(twice, "a");
    expect(template.match(twice)).toBeUndefined();
  });

  test("lets a value before the text differ from line to line", () => {
    const record = (time: string, text: string, done = false) =>
      JSON.stringify({ model: "m", created_at: time, message: { role: "assistant", content: text }, done });
    const template = new LineTemplate("content", "created_at");
    template.learn(record("2026-01-01T00:00:00.1Z", "a"), "a");
    expect(template.match(record("2026-01-01T00:00:00.123456Z", " b"))).toBe(" b");
    expect(template.match(record("2026-01-01T00:00:01Z", 'say "b"'))).toBeUndefined();
    expect(template.match(record("2026-01-01T00:00:01Z", "b", true))).toBeUndefined();
    expect(template.match(record("2026-01-01T00:00:01Z", "b").replace('"m"', '"n"'))).toBeUndefined();
    expect(template.match(record('2026"', "b"))).toBeUndefined();
  });
});

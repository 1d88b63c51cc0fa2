import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { ThinkTags } from "../../../src/model/think-tags.ts";

function part(pieces: readonly string[]) {
  const tags = new ThinkTags();
  const parted = [...pieces.map((piece) => tags.push(piece)), tags.end()];
  return {
    text: parted.map((one) => one.text).join(""),
    thinking: parted.map((one) => one.thinking).join(""),
  };
}

describe("ThinkTags", () => {
  test("parts thinking from text wherever the pieces are cut", () => {
    const answer = "\n<think>is < 3 </th?</think>\n\nYes <think>";
    fc.assert(
      fc.property(fc.integer({ min: 1, max: answer.length }), (step) => {
        const pieces = answer.match(new RegExp(`[^]{1,${step}}`, "g")) ?? [];
        expect(part(pieces)).toEqual({ text: "Yes <think>", thinking: "is < 3 </th?" });
      }),
    );
  });

  test.each([
    ["Mistral's models", "[THINK]a[/THINK]b"],
    ["EXAONE Deep", "<thought>\na</thought>\n\nb"],
    ["Seed-OSS", "<seed:think>a</seed:think>b"],
    ["Command R7B", "<|START_THINKING|>a<|END_THINKING|>b"],
    ["MiniCPM3", "<|thought_start|>\na<|thought_end|>\nb"],
    ["Gemma 4", "<|channel>thought\na<channel|>b"],
    ["Kimi-VL", "◁think▷a◁/think▷b"],
    ["a template that begins it in the prompt, where nothing was thought", "\n</think>\n\nb"],
    ["one that thinks twice", "<think>\n\n</think>\n<think>a</think>\nb"],
  ])("knows the tags of %s, letter by letter", (_title, answer) => {
    const { text, thinking } = part(Array.from(answer));
    expect(text).toBe("b");
    expect(["", "a"]).toContain(thinking.trim());
    expect(part([answer])).toEqual({ text, thinking });
  });

  test("leaves a tag that a caller may have asked for", () => {
    const answer = "<reasoning>a</reasoning><answer>b</answer>";
    expect(part(Array.from(answer))).toEqual({ text: answer, thinking: "" });
  });

  test("leaves an answer without tags as it is", () => {
    expect(part([" a", "<think>b</think>"])).toEqual({ text: " a<think>b</think>", thinking: "" });
    expect(part(["<th", "e end"])).toEqual({ text: "<the end", thinking: "" });
    expect(part(["  <thin"])).toEqual({ text: "  <thin", thinking: "" });
  });

  test("takes a tag that is never closed as thinking to the end", () => {
    expect(part(["<think>a", "b</thi"])).toEqual({ text: "", thinking: "ab</thi" });
  });

  test("lets everything through once the answer's text began", () => {
    const tags = new ThinkTags();
    expect(tags.isDone).toBe(false);
    tags.push("a");
    expect(tags.isDone).toBe(true);
  });
});

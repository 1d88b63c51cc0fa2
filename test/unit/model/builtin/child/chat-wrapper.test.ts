import { describe, expect, test } from "bun:test";
import { isPlainChatMl } from "../../../../../src/model/builtin/child/chat-wrapper.ts";

const plain = "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}{% endfor %}";

describe("isPlainChatMl", () => {
  test("knows a template with nothing but the marks of ChatML", () => {
    expect(isPlainChatMl(plain)).toBe(true);
  });

  test.each([
    ["one that has tools", `${plain}{% if tools %}{{ tools }}{% endif %}`],
    ["one that thinks", `${plain}{{ '<think>' }}`],
    ["one with marks of its own", `${plain}{{ '<|endoftext|>' }}`],
    ["another form", "{{ '[INST]' + messages[0].content + '[/INST]' }}"],
    ["an empty one", ""],
  ])("leaves %s to be tried", (_, template) => {
    expect(isPlainChatMl(template)).toBe(false);
  });
});

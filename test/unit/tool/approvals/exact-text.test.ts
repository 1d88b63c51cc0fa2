import { expect, test } from "bun:test";
import { exactText } from "../../../../src/tool/approvals/exact-text.ts";

const back = (shown: string): string =>
  shown.replace(/\\u\{([0-9a-f]+)\}|\\\\/g, (_, code: string | undefined) =>
    code === undefined ? "\\" : String.fromCodePoint(parseInt(code, 16)),
  );

test("what a person can type shows as it is", () => {
  expect(exactText('systemctl restart "press3-plc" --now')).toBe('systemctl restart "press3-plc" --now');
});

test.each([
  ["a second line", "ls\n    rm -rf /", "ls\\u{a}\\u{20}\\u{20}\\u{20}\\u{20}rm -rf /"],
  ["a carriage return that overwrites", "rm -rf /\rls", "rm -rf /\\u{d}ls"],
  ["escape sequences of a terminal", "ls\u001b[2K\u009b1A", "ls\\u{1b}[2K\\u{9b}1A"],
  ["marks that reorder", "a\u202eb\u2066c\u200f", "a\\u{202e}b\\u{2066}c\\u{200f}"],
  ["letters that look like others", "rm /dаta", "rm /d\\u{430}ta"],
  ["letters that do not show", "a\u200bb\u00a0c\ufeff\u00ad", "a\\u{200b}b\\u{a0}c\\u{feff}\\u{ad}"],
  ["an escape that was written by hand", "a\\u{430}", "a\\\\u{430}"],
  ["spaces that push the rest out of sight", `ls${" ".repeat(3)}x `, "ls\\u{20}\\u{20}\\u{20}x\\u{20}"],
  ["half a character", "a\ud800", "a\\u{d800}"],
  ["line separators", "a\u2028b\u2029c\u0085", "a\\u{2028}b\\u{2029}c\\u{85}"],
])("%s cannot pass for something else", (_, text, shown) => {
  expect(exactText(text)).toBe(shown);
  expect(exactText(text)).toMatch(/^[ -~]*$/);
  expect(back(exactText(text))).toBe(text);
});

import { expect, test } from "bun:test";
import { saveName } from "../../../../src/tool/agents/save-name.ts";

test.each([
  ["report.pdf", "report.pdf"],
  ["résumé final.pdf", "résumé final.pdf"],
  ["../../etc/passwd", "passwd"],
  ["/etc/", "attachment-1"],
  ["C:\\Users\\x\\evil.txt", "evil.txt"],
  ["a/b\\c.txt", "c.txt"],
  [".bashrc", "bashrc"],
  ["..", "attachment-1"],
  ["", "attachment-1"],
  ["a\u0000b.txt", "ab.txt"],
  ["a\u009b[31mred\u0080.txt", "a[31mred.txt"],
  ["evil\u202etxt.exe", "eviltxt.exe"],
  ["a\u200db\u2010c\u2029d\u202fe\u206af.txt", "a\u200db\u2010c\u2029d\u202fe\u206af.txt"],
  [".\u202e.hidden", "hidden"],
  ["\u2066CON\u2069.txt", "_CON.txt"],
  ["name. ", "name"],
  ["\ufeffbom.txt", "bom.txt"],
  ["\u0085nel.txt\u3000", "nel.txt"],
  ["a\ud800b.txt", "a\ufffdb.txt"],
  ['a<b>c:d"e|f?g*h.txt', "a_b_c_d_e_f_g_h.txt"],
  ["???", "___"],
  ["NUL.tar.gz", "_NUL.tar.gz"],
  ["prn.", "_prn"],
  ["COM¹.txt", "_COM¹.txt"],
  ["conout$.log", "_conout$.log"],
  ["CONIN", "CONIN"],
  ["nul .txt", "_nul .txt"],
  ["LPT10", "LPT10"],
  ["CON:", "CON_"],
  [`${"a".repeat(300)}.txt`, `${"a".repeat(196)}.txt`],
  [`${"日".repeat(100)}.md`, `${"日".repeat(65)}.md`],
  [`${"😀".repeat(60)}.js`, `${"😀".repeat(49)}.js`],
  [`${"a".repeat(190)}.${"b".repeat(20)}`, `${"a".repeat(190)}.${"b".repeat(9)}`],
  [`${"a".repeat(199)} ${"b".repeat(50)}`, "a".repeat(199)],
  [`CON${" ".repeat(250)}x`, "_CON"],
  [`CON.${"a".repeat(196)}`, `_CON.${"a".repeat(195)}`],
])("the file %j is saved as %j", (given, saved) => {
  expect(saveName(given, 1)).toBe(saved);
});

test("a name of which nothing is left is called after its position", () => {
  expect(saveName("..", 3)).toBe("attachment-3");
});

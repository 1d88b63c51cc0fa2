import { expect, test } from "bun:test";
import { formatTable } from "../../../src/cli/table.ts";

test("columns line up, wide characters too, and no line ends in spaces", () => {
  expect(
    formatTable(
      ["A", "LONG", "C"],
      [
        ["漢字", "x", ""],
        ["b", "yy", "z"],
      ],
    ),
  ).toBe("A     LONG  C\n漢字  x\nb     yy    z\n");
});

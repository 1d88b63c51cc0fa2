import { expect, test } from "bun:test";
import fc from "fast-check";
import { RE2JS } from "re2js";
import { isPattern } from "../../../src/manifest/schema-guards.ts";

function compiles(pattern: string): boolean {
  try {
    RE2JS.compile(pattern);
    return true;
  } catch {
    return false;
  }
}

test.each([
  ..."[^] [] [^]a]b[ \\u0041 \\u{41} \\cA \\e \\Z \\h \\C \\R \\é [a-\\d] [a-\\a] [B-\\x{41}] \\p{Letter} \\p{Nope} \\pY (a)\\1 (?=x) (?<!x)y".split(
    " ",
  ),
  "x{1001}",
  "(?:a{1000}){1000}",
  "((a{40}){40})",
  "(a{40}|b){40}",
])("%s is refused, as the matcher would", (pattern) => {
  expect(isPattern(pattern)).toBe(false);
});

test.each([
  ..."(?i)password (?s).* \\p{L} \\pL \\p{Greek} \\x41 \\x{41} [a-] [-a] [a\\-z] \\. \\/ \\- \\_ a{3 { } ] a{,3} \\Qx\\E".split(
    " ",
  ),
  ..."[[:alpha:]] \\bword\\b (?<a>x) (?:a|b)*c| 😀+ [😀] (a{30}){30} (?:[^)]{5}){3} [A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}".split(
    " ",
  ),
])("%s is taken, and the matcher takes it", (pattern) => {
  expect(isPattern(pattern)).toBe(true);
  expect(compiles(pattern)).toBe(true);
});

test("whatever is taken, the matcher takes", () => {
  const piece = fc.constantFrom(
    ..."a b - ^ $ . * + ? | ( ) [ ] { } , 1 2 9 50 1000 \\ \\d \\w \\p{L} \\pN \\u \\x41 (?: (?i) {2} {50} {1,60} [^ [a- \\] \\b é".split(
      " ",
    ),
  );
  const pattern = fc.array(piece, { minLength: 1, maxLength: 12 }).map((pieces) => pieces.join(""));
  fc.assert(
    fc.property(pattern, (text) => !isPattern(text) || compiles(text)),
    { numRuns: 20_000 },
  );
});

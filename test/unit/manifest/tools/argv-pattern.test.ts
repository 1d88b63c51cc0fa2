import { describe, expect, test } from "bun:test";
import {
  admitsArgv,
  coversPattern,
  formatArgv,
  isDeniedBy,
  matchesArgv,
} from "../../../../src/manifest/tools/argv-pattern.ts";

const words = (text: string) => text.split(" ");

test("a word is itself, * one word or any characters in one, ** the rest", () => {
  for (const [pattern, argv, isMatch] of [
    ["systemctl status *", "systemctl status nginx", true],
    ["systemctl status *", "systemctl status", false],
    ["systemctl status *", "systemctl status nginx x", false],
    ["systemctl restart press3-*", "systemctl restart press3-door", true],
    ["systemctl restart press3-*", "systemctl restart press4-door", false],
    ["a*b*c", "aXbYbc", true],
    ["a*b*c", "aXbYbcd", false],
    ["git log **", "git log", true],
    ["git log **", "git log -n 3 --stat", true],
    ["git log **", "git", false],
    ["**", "anything at all", true],
  ] as const)
    expect(`${pattern} ${argv} ${String(matchesArgv(words(pattern), words(argv)))}`).toBe(
      `${pattern} ${argv} ${String(isMatch)}`,
    );
});

test("no other character of a pattern or a word means anything", () => {
  expect(matchesArgv(["ls", "[ab]"], ["ls", "a"])).toBe(false);
  expect(matchesArgv(["ls", "?"], ["ls", "a"])).toBe(false);
  expect(matchesArgv(["ls", "a.c"], ["ls", "abc"])).toBe(false);
  expect(matchesArgv(["ls", "*"], ["ls", "a\nb;$(x)"])).toBe(true);
  expect(matchesArgv(["ls", "*"], ["ls", ""])).toBe(true);
  expect(matchesArgv(["rm", "-rf", "**"], ["rm", "", "-rf", "/"])).toBe(false);
  expect(matchesArgv(["ls", "x"], ["ls", "x\n"])).toBe(false);
  expect(matchesArgv(["ls"], ["LS"])).toBe(false);
});

test("a long pattern on a long word takes no time to speak of", () => {
  const started = performance.now();
  expect(matchesArgv(["x", `${"a*".repeat(200)}b`], ["x", "a".repeat(20_000)])).toBe(false);
  expect(performance.now() - started).toBeLessThan(2000);
});

test("what is denied by name is denied in whatever folder", () => {
  expect(isDeniedBy(["rm", "**"], ["/usr/bin/rm", "x"])).toBe(true);
  expect(isDeniedBy(["rm", "**"], ["./rm"])).toBe(true);
  expect(isDeniedBy(["/bin/rm", "**"], ["/opt/rm"])).toBe(false);
  expect(matchesArgv(["rm", "**"], ["/usr/bin/rm", "x"])).toBe(false);
});

test("one pattern covers another when it matches whatever that does", () => {
  expect(coversPattern(words("rm **"), words("rm -rf *"))).toBe(true);
  expect(coversPattern(words("rm **"), words("rm **"))).toBe(true);
  expect(coversPattern(words("rm *"), words("rm **"))).toBe(false);
  expect(coversPattern(words("rm * **"), words("rm **"))).toBe(false);
  expect(coversPattern(words("rm -*"), words("rm *"))).toBe(false);
  expect(coversPattern(words("rm *"), words("rm -*"))).toBe(true);
});

test("no two commands look the same to who reads them", () => {
  expect(formatArgv(["systemctl", "status", "press3-*"])).toBe("systemctl status press3-*");
  expect(formatArgv(["rm", "", "a b", "c;d", "e\nf", 'g"h'])).toBe('rm "" "a b" "c;d" "e\\nf" "g\\"h"');
});

describe("a pattern that leaves open what there is below a folder", () => {
  test.each([
    ["cat /var/log/*", "cat /var/log/../../etc/shadow"],
    ["cat /var/log/*", "cat /var/log/x/.."],
    ["tar --file=/srv/*", "tar --file=/srv/../etc/x"],
    ["/opt/tools/*", "/opt/tools/../../bin/sh"],
    ["*/run", "../../bin/run"],
    ["cp ../*", "cp ../../x"],
  ])("%s does not admit %s", (pattern, argv) => {
    expect(matchesArgv(words(pattern), words(argv))).toBe(true);
    expect(admitsArgv(words(pattern), words(argv))).toBe(false);
  });

  test.each([
    ["cat /var/log/*", "cat /var/log/nginx/a..b.log"],
    ["cat /var/log/*", "cat /var/log/..."],
    ["cp ../*", "cp ../x"],
    ["git diff *", "git diff ../x"],
    ["ls **", "ls /a/../b"],
    ["ls /srv/* **", "ls /srv/a ../b"],
  ])("%s admits %s", (pattern, argv) => {
    expect(admitsArgv(words(pattern), words(argv))).toBe(true);
  });
});

test("what is denied is denied whatever its capitals, its folder and its ending", () => {
  for (const program of ["RM", "/bin/Rm", "rm.exe", "C:\\tools\\RM.EXE"])
    expect(isDeniedBy(["rm", "**"], [program, "x"])).toBe(true);
  expect(isDeniedBy(["/bin/rm", "**"], ["/BIN/RM"])).toBe(true);
  expect(isDeniedBy(["rm", "-R"], ["rm", "-r"])).toBe(false);
  expect(isDeniedBy(["rm", "**"], ["rmdir"])).toBe(false);
});

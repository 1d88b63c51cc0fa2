import { expect, test } from "bun:test";
import { isOpenSubject, matchesSubject, subjectPatternProblem } from "../../../src/protocol/subject-pattern.ts";

test.each(["plant.line3", "plant.line3.*", "plant.>", "plant.*.alarm", "a"])("%p may stand in a manifest", (pattern) =>
  expect(subjectPatternProblem(pattern)).toBeUndefined(),
);

test.each([
  [">", "first token"],
  ["*.alarm", "first token"],
  ["$SYS.>", "does not begin"],
  ["$JS.API.STREAM.DELETE.x", "does not begin"],
  ["$SRV.PING", "does not begin"],
  ["_INBOX.>", "does not begin"],
  ["_anything", "does not begin"],
  ["agents.>", "does not begin"],
  ["agents.prompt.a.b.c", "does not begin"],
  ["muster.jobs.>", "does not begin"],
  ["", "by tokens"],
  ["plant..x", "by tokens"],
  ["plant.>.x", "by tokens"],
  ["plant.x*", "by tokens"],
  ["plant line", "by tokens"],
  ["plаnt.x", "by tokens"], // A Cyrillic letter.
])("%p may not", (pattern, problem) => expect(subjectPatternProblem(pattern)).toContain(problem));

test.each([
  ["plant.line3", "plant.line3", true],
  ["plant.line3", "plant.line3.x", false],
  ["plant.line3", "plant.Line3", false],
  ["plant.*", "plant.x", true],
  ["plant.*", "plant.x.y", false],
  ["plant.*", "plant", false],
  ["plant.>", "plant.x.y", true],
  ["plant.>", "plant", false],
  ["plant.*.>", "plant.x", false],
  ["plant.*.>", "plant.x.y", true],
])("%p stands for %p: %p", (pattern, subject, does) => expect(matchesSubject(pattern, subject)).toBe(does));

test.each(["plant.*", "plant.>", "plant. x", "plant..x", "$SYS.x", "_INBOX.x", "agents.x", "plant.x\r\nPUB y", ""])(
  "%p is nothing to publish to",
  (subject) => expect(isOpenSubject(subject)).toBe(false),
);

test("names that only begin like a reserved one are free", () => {
  expect(["agents2.x", "musters", "plant.agents.$x".replace("$", "")].every(isOpenSubject)).toBe(true);
});

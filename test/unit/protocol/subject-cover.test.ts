import { expect, test } from "bun:test";
import { coversSubject } from "../../../src/protocol/subject-cover.ts";

test.each([
  ["plant.>", "plant.line3.alarm"],
  ["plant.>", "plant.*"],
  ["plant.>", "plant.>"],
  ["plant.*.alarm", "plant.line3.alarm"],
  ["plant.*.alarm", "plant.*.alarm"],
  [">", "plant"],
])('"%s" covers "%s"', (wide, narrow) => {
  expect(coversSubject(wide, narrow)).toBe(true);
});

test.each([
  ["plant.>", "plant"],
  ["plant.*", "plant.>"],
  ["plant.line3", "plant.*"],
  ["plant.*", "plant.line3.alarm"],
  ["plant.line3.alarm", "plant.line3"],
  ["other.>", "plant.line3"],
])('"%s" does not cover "%s"', (wide, narrow) => {
  expect(coversSubject(wide, narrow)).toBe(false);
});

import { expect, test } from "bun:test";
import { chooseStages } from "../../../../build/test/stage.ts";

test("no names mean every stage", () => {
  expect(chooseStages([]).map((stage) => stage.name)).toEqual(["unit", "integration", "peers", "binary"]);
});

test("named stages run in their own order, whatever the order of the names", () => {
  expect(chooseStages(["binary", "unit"]).map((stage) => stage.name)).toEqual(["unit", "binary"]);
});

test("an unknown stage is named, with those that exist", () => {
  expect(() => chooseStages(["units"])).toThrow('Unknown stage "units": choose from unit, integration, peers, binary');
});

import { expect, test } from "bun:test";
import { createLog } from "../../../src/telemetry/create-log.ts";

test("a logger writes lines from its level on, with the fields it was given before", () => {
  const lines: string[] = [];
  const now = () => new Date(0);
  const log = createLog({ level: "info", format: "human", hasColour: false, write: (line) => lines.push(line), now });
  log.with({ agent: "a" }).with({ turn: 1 }).info("Answered", { turn: 2 });
  log.debug("Hidden");
  log.error("Failed");
  expect(lines).toEqual(["00:00:00.000 INFO  Answered agent=a turn=2\n", "00:00:00.000 ERROR Failed\n"]);
});

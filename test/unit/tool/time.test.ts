import { expect, test } from "bun:test";
import { ToolError } from "../../../src/tool/contract.ts";
import { timeTool } from "../../../src/tool/time.ts";
import { toolContext } from "../../support/tool-context.ts";

const summer = () => Date.UTC(2026, 6, 1, 22, 30, 5);
const clock = timeTool({ type: "time", name: "clock", timezone: "Europe/Berlin" }, summer);

test("tells date, time, weekday and zone", async () => {
  const { text } = await clock.run({}, toolContext());
  expect(JSON.parse(text)).toEqual({
    local: "2026-07-02 00:30:05",
    weekday: "Thursday",
    timezone: "Europe/Berlin",
    utc: "2026-07-01T22:30:05.000Z",
  });
});

test("tells the time of another zone that is asked for", async () => {
  const { text } = await clock.run({ timezone: "Asia/Tokyo" }, toolContext());
  expect(JSON.parse(text)).toMatchObject({ local: "2026-07-02 07:30:05", weekday: "Thursday" });
});

test("says what to give in place of a zone that is none", () => {
  const answer = () => clock.run({ timezone: "Berlin" }, toolContext());
  expect(answer).toThrow(
    new ToolError("invalid", 'There is no time zone "Berlin". Give an IANA name such as "Europe/Berlin"'),
  );
});

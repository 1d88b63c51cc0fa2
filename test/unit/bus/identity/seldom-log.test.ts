import { expect, test } from "bun:test";
import { SeldomLog } from "../../../../src/bus/identity/seldom-log.ts";
import { silentLog } from "../../../support/silent-log.ts";

test("lines come once a second at most, each with how many were left out before it", () => {
  let now = 0;
  const log = silentLog();
  const seldom = new SeldomLog(log, () => now);
  for (let line = 0; line < 5; line++) seldom.warn("refused", { line });
  now = 1_000;
  seldom.warn("refused", { line: 5 });
  now = 2_000;
  seldom.info("noted", { line: 6 });
  expect(log.lines.map(({ message, fields }) => [message, fields])).toEqual([
    ["refused", { line: 0 }],
    ["refused", { line: 5, left_out_before: 4 }],
    ["noted", { line: 6 }],
  ]);
});

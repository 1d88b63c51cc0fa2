import { expect, test } from "bun:test";
import { startWatchdog, type VitalSign } from "../../../src/runtime/watchdog.ts";
import { recordedLog } from "../../support/recorded-log.ts";
import { until } from "../../support/until.ts";

function watched(problem: VitalSign["problem"]) {
  let fed = 0;
  const log = recordedLog();
  const signs = [{ name: "heart", problem }];
  const stop = startWatchdog({ watchdogMs: 20, signs, feed: () => fed++, log });
  return { fed: () => fed, log, stop };
}

test("it feeds at once and again and again", async () => {
  const { fed, stop } = watched(() => undefined);
  await until("three times", () => fed() >= 3);
  stop();
});

test("it stops feeding while a sign is bad, says why, and goes on when it is good again", async () => {
  let problem: string | undefined = "stands still";
  const { fed, log, stop } = watched(() => problem);
  await until("the log", () => log.lines.length >= 2);
  expect(fed()).toBe(0);
  expect(log.lines[0]).toMatchObject({ level: "error", name: "heart", problem: "stands still" });
  problem = undefined;
  await until("food", () => fed() > 0);
  stop();
});

test("it waits for a sign that takes its time, and does not feed after its end", async () => {
  const sign = Promise.withResolvers<undefined>();
  const { fed, stop } = watched(() => sign.promise);
  stop();
  sign.resolve(undefined);
  await sign.promise;
  await Bun.sleep(0);
  expect(fed()).toBe(0);
});

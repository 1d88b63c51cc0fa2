import { expect, test } from "bun:test";
import type { ServiceManager } from "../../../src/host/sd-notify.ts";
import { serviceNotices } from "../../../src/runtime/service-notices.ts";
import { silentLog } from "../../support/silent-log.ts";
import { until } from "../../support/until.ts";

function notices(watchdogMs: number | undefined) {
  const said: string[] = [];
  const say = (word: string) => (status: string) => void said.push(`${word} ${status}`);
  const manager: ServiceManager = {
    isListening: true,
    watchdogMs,
    ready: say("ready"),
    status: say("status"),
    reloading: say("reloading"),
    stopping: say("stopping"),
    watchdog: () => void said.push("alive"),
    close: () => void said.push("closed"),
  };
  const state = { line: "1 agent" };
  return {
    said,
    state,
    notices: serviceNotices({ manager, line: () => state.line, log: silentLog(), lineEveryMs: 5 }),
  };
}

test("the way of a service is told in order, each time with its line", () => {
  const { said, notices: told } = notices(undefined);
  told.ready(() => []);
  told.reloading();
  told.reloaded();
  told.stopping();
  told.close();
  expect(said).toEqual(["ready 1 agent", "reloading 1 agent", "ready 1 agent", "stopping 1 agent", "closed"]);
});

test("the line is told when it changes, and only then", async () => {
  const { said, state, notices: told } = notices(undefined);
  told.ready(() => []);
  await Bun.sleep(20);
  state.line = "2 agents";
  await until("the line", () => said.includes("status 2 agents"));
  await Bun.sleep(20);
  told.close();
  expect(said).toEqual(["ready 1 agent", "status 2 agents", "closed"]);
});

test("where there is a watchdog it is fed from the first ready to the end, signs having half of its time", async () => {
  const { said, notices: told } = notices(40);
  let limit = 0;
  told.ready((limitMs) => {
    limit = limitMs;
    return [];
  });
  await until("food", () => said.includes("alive"));
  told.stopping();
  const before = said.filter((word) => word === "alive").length;
  await until("food while it stops", () => said.filter((word) => word === "alive").length > before);
  told.close();
  expect(limit).toBe(20);
  expect(said.at(-1)).toBe("closed");
});

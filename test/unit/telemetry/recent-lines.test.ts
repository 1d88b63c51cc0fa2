import { expect, test } from "bun:test";
import { createLog } from "../../../src/telemetry/create-log.ts";
import { type RecentLimits, RecentLines } from "../../../src/telemetry/recent-lines.ts";

function recorded(limits?: RecentLimits, format: "json" | "human" = "human") {
  const recent = new RecentLines(limits);
  const levels = { level: "info" as const };
  const log = createLog({ level: levels, format, hasColour: false, write: () => undefined, onEntry: recent.add });
  const messages = () => recent.kept().map(({ json }) => /"message":"([^"]*)"/.exec(json)?.[1]);
  return { recent, log, messages };
}

test("the latest lines are kept, oldest first, with the agent that they are about", () => {
  const { recent, log } = recorded();
  log.info("One");
  log.with({ agent: "helper" }).warn("Two", { turn: "t1" });
  expect(recent.kept()).toMatchObject([{}, { agent: "helper" }]);
  expect(recent.kept().map(({ json }): unknown => JSON.parse(json))).toMatchObject([
    { level: "info", message: "One" },
    { level: "warn", message: "Two", agent: "helper", turn: "t1" },
  ]);
});

test("what is not written is not kept", () => {
  const { recent, log } = recorded();
  log.debug("One");
  expect(recent.kept()).toEqual([]);
});

test("the oldest go when there are too many lines", () => {
  const { log, messages } = recorded({ lines: 2, bytes: 1_000_000 });
  for (const message of ["One", "Two", "Three"]) log.info(message);
  expect(messages()).toEqual(["Two", "Three"]);
});

test("the oldest go when there are too many bytes", () => {
  const { log, messages } = recorded({ lines: 100, bytes: 250 }, "json");
  for (const message of ["One", "Two", "Three"]) log.info(message, { fill: "x".repeat(50) });
  expect(messages().at(-1)).toBe("Three");
  expect(messages()).not.toContain("One");
});

test("a follower hears each line until it ends that", () => {
  const { recent, log } = recorded();
  const heard: string[] = [];
  const end = recent.follow(({ json }) => heard.push(json));
  log.info("One");
  end();
  log.info("Two");
  expect(heard).toHaveLength(1);
  expect(heard[0]).toContain('"One"');
});

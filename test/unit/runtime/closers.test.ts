import { expect, test } from "bun:test";
import { closers } from "../../../src/runtime/closers.ts";
import { recordedLog } from "../../support/recorded-log.ts";

test("what was opened last is closed first, once, and failures hold nobody up", async () => {
  const log = recordedLog();
  const closed: string[] = [];
  const open = closers(log);
  open.add("first", () => void closed.push("first"));
  open.add("broken", () => Promise.reject(new Error("No")));
  open.add("endless", () => new Promise(() => undefined));
  open.add("last", () => void closed.push("last"));
  await open.closeAll(5);
  await open.closeAll(5);
  expect(closed).toEqual(["last", "first"]);
  expect(log.lines).toMatchObject([{ what: "endless" }, { what: "broken", error: "Error: No" }]);
});

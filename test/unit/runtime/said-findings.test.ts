import { expect, test } from "bun:test";
import type { CheckedSource } from "../../../src/manifest/check-manifest.ts";
import { SaidFindings } from "../../../src/runtime/said-findings.ts";
import { recordedLog } from "../../support/recorded-log.ts";

function file(state: CheckedSource["state"]): CheckedSource {
  const source = { file: "a.yaml", path: "/a.yaml", folder: "/", isMain: false, text: "" };
  return { source, state, problems: [], warnings: [] };
}

const problem = { file: "a.yaml", line: 1, column: 2, path: "", message: "Wrong", severity: "problem" } as const;

test("a problem is said once while it lasts, and again when it comes back", () => {
  const log = recordedLog();
  const said = new SaidFindings(log);
  const bad = { problems: [problem], warnings: [], files: [file("last-good")] };
  const good = { problems: [], warnings: [], files: [file("good")] };
  said.say(bad);
  said.say(bad);
  expect(log.messages()).toEqual(["a.yaml:1:2: Wrong", "The last good form of this file serves"]);
  said.say(good);
  said.say(good);
  expect(log.messages().slice(2)).toEqual(["This file is good again"]);
  said.say(bad);
  expect(log.messages()).toHaveLength(5);
});

import { expect, test } from "bun:test";
import type { AgentSelection } from "../../../../src/bus/calling/address-glob.ts";
import { selectAgents } from "../../../../src/bus/calling/address-glob.ts";
import { matchesGlob } from "../../../../src/protocol/glob.ts";
import type { AgentRecord } from "../../../../src/protocol/registration.ts";

function record(agent: string, owner: string, name: string): AgentRecord {
  return {
    instanceId: `${agent}-${owner}-${name}`,
    agent,
    owner,
    name,
    version: "1.0.0",
    description: "",
    protocolVersion: "0.3",
    compatibility: "same",
    promptSubject: `agents.prompt.${agent.slice(0, 2)}.${owner}.${name}`,
    acceptsAttachments: true,
    minSenderTrust: "any",
    metadata: {},
  };
}

const records = [
  record("muster", "press", "line-1"),
  record("muster", "press", "line-2"),
  record("other", "press", "helper"),
  record("muster", "ops", "helper"),
];

function selected(selection: AgentSelection): string[] {
  return selectAgents(selection, records).map(({ address }) => address);
}

test("an owner is whole, a pattern's parts may have stars, and both narrow", () => {
  expect(selected({})).toHaveLength(4);
  expect(selected({ owner: "press" })).toEqual(["muster/press/line-1", "muster/press/line-2", "other/press/helper"]);
  expect(selected({ owner: "pre" })).toEqual([]);
  expect(selected({ pattern: "helper" })).toEqual(["muster/ops/helper", "other/press/helper"]);
  expect(selected({ pattern: "press/line-*" })).toEqual(["muster/press/line-1", "muster/press/line-2"]);
  expect(selected({ pattern: "muster/*/helper" })).toEqual(["muster/ops/helper"]);
  expect(selected({ owner: "ops", pattern: "helper" })).toEqual(["muster/ops/helper"]);
});

test("the token of the subject counts as the agent, as it does in an address", () => {
  expect(selected({ pattern: "ot/press/helper" })).toEqual(["other/press/helper"]);
});

test("what is no address pattern is refused", () => {
  expect(() => selected({ pattern: "a//b" })).toThrow("no address pattern");
});

test("instances of one address are one agent", () => {
  const twin = { ...record("muster", "ops", "helper"), instanceId: "second" };
  const [agent, ...others] = selectAgents({ owner: "ops" }, [...records, twin]);
  expect(others).toEqual([]);
  expect(agent?.instances).toHaveLength(2);
});

test.each([
  ["*", "", true],
  ["a*", "abc", true],
  ["*c", "abc", true],
  ["a*b*c", "a-b-b-c", true],
  ["ab*ba", "aba", false],
  ["a*b*b", "ab", false],
  ["abc", "abcd", false],
  [".", "x", false],
])("glob %p on %p: %p", (glob, text, isMatch) => {
  expect(matchesGlob(glob, text)).toBe(isMatch);
});

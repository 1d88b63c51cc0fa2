import { expect, test } from "bun:test";
import { groupInstances, parseAddress, resolveAddress } from "../../../../src/bus/calling/address.ts";
import type { AgentRecord } from "../../../../src/protocol/registration.ts";

function record(agent: string, owner: string, name: string, fields: Partial<AgentRecord> = {}): AgentRecord {
  return {
    instanceId: `${agent}-${owner}-${name}`,
    agent,
    owner,
    name,
    version: "1.0.0",
    description: "",
    protocolVersion: "0.3",
    compatibility: "same",
    promptSubject: `agents.prompt.${agent}.${owner}.${name}`,
    acceptsAttachments: true,
    minSenderTrust: "any",
    metadata: {},
    ...fields,
  };
}

function resolve(text: string, records: readonly AgentRecord[]): string | string[] {
  const pattern = parseAddress(text);
  if (pattern === undefined) return "no address";
  const resolution = resolveAddress(pattern, records);
  if (resolution.type === "ambiguous") return resolution.agents.map(({ address }) => address);
  return resolution.type === "found" ? resolution.agent.address : "none";
}

test("a name alone, with its owner, or in full", () => {
  const records = [record("muster", "a", "x"), record("muster", "b", "y"), record("pi", "b", "x")];
  expect(resolve("y", records)).toBe("muster/b/y");
  expect(resolve("a/x", records)).toBe("muster/a/x");
  expect(resolve("pi/b/x", records)).toBe("pi/b/x");
  expect(resolve("x", records)).toEqual(["muster/a/x", "pi/b/x"]);
  expect(resolve("b/z", records)).toBe("none");
});

test("an abbreviation in the subject counts as well as the name in the metadata", () => {
  const records = [record("claude-code", "ann", "w", { promptSubject: "agents.prompt.cc.ann.w" })];
  expect(resolve("cc/ann/w", records)).toBe("claude-code/ann/w");
  expect(resolve("claude-code/ann/w", records)).toBe("claude-code/ann/w");
});

test.each(["", "/", "a/", "/a", "a//b", "a/b/c/d"])("%j is no address", (text) => {
  expect(parseAddress(text)).toBeUndefined();
});

test("several instances are one agent, called within what all of them take", () => {
  const [agent, ...others] = groupInstances([
    record("m", "o", "n", { instanceId: "1", maxPayloadBytes: 2_000 }),
    record("m", "o", "n", { instanceId: "2", maxPayloadBytes: 1_000, acceptsAttachments: false }),
  ]);
  expect(others).toEqual([]);
  expect(agent?.instances.length).toBe(2);
  expect(agent?.target).toMatchObject({ maxPayloadBytes: 1_000, acceptsAttachments: false, compatibility: "same" });
});

test("one instance of another MAJOR makes the agent one that is not called", () => {
  const [agent] = groupInstances([
    record("m", "o", "n"),
    record("m", "o", "n", { instanceId: "2", compatibility: "other-major", protocolVersion: "1.0" }),
  ]);
  expect(agent?.target).toMatchObject({ compatibility: "other-major", protocolVersion: "1.0" });
});

import { expect, test } from "bun:test";
import fc from "fast-check";
import { agentSubject, isSubjectToken, parseAgentSubject, toSubjectToken } from "../../../src/protocol/subjects.ts";

const token = fc.stringMatching(/^[a-z0-9_-]{1,63}$/);
const verb = fc.constantFrom("prompt", "hb", "status", "attachments");

test("any verb and address come back from the subject that they make", () => {
  fc.assert(
    fc.property(verb, token, token, token, (wanted, agent, owner, name) => {
      const address = { agent, owner, name };
      expect(parseAgentSubject(agentSubject(wanted, address))).toEqual({ verb: wanted, address });
    }),
  );
});

test("§2 known answers", () => {
  const address = { agent: "muster", owner: "press-07", name: "line-inspector" };
  expect(agentSubject("prompt", address)).toBe("agents.prompt.muster.press-07.line-inspector");
  expect(agentSubject("hb", address)).toBe("agents.hb.muster.press-07.line-inspector");
  expect(agentSubject("status", address)).toBe("agents.status.muster.press-07.line-inspector");
});

for (const bad of ["", "$sys", "a.b", "a*", ">", "a b", "a\tb", "a\u0000", "a\u007f"]) {
  test(`${JSON.stringify(bad)} cannot stand in a subject`, () => {
    expect(isSubjectToken(bad)).toBe(false);
    expect(() => agentSubject("prompt", { agent: "a", owner: bad, name: "c" })).toThrow(RangeError);
  });
}

test("§2 a subject of 256 or more is refused", () => {
  const address = { agent: "a".repeat(100), owner: "b".repeat(100), name: "c" };
  expect(agentSubject("prompt", { ...address, name: "c".repeat(39) })).toHaveLength(255);
  expect(() => agentSubject("prompt", { ...address, name: "c".repeat(40) })).toThrow(RangeError);
});

for (const subject of [
  "agents.prompt.a.b",
  "agents.prompt.a.b.c.d",
  "agents.other.a.b.c",
  "agent.prompt.a.b.c",
  "agents.prompt.a..c",
  "agents.prompt.a.*.c",
  "agents.prompt.a.$b.c",
  "",
]) {
  test(`"${subject}" is no subject of the protocol`, () => {
    expect(parseAgentSubject(subject)).toBeUndefined();
  });
}

test("§2 any text makes a valid token of at most 63 characters", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
      expect(toSubjectToken(text)).toMatch(/^[a-z0-9][a-z0-9_-]{0,62}$/);
    }),
  );
});

test("a host name keeps its letters", () => {
  expect(toSubjectToken("Press-07.plant.example")).toBe("press-07-plant-example");
  expect(toSubjectToken("...")).toBe("host");
});

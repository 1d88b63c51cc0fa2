import { createAccount, createCluster, createServer, createUser } from "@nats-io/nkeys";
import { expect, test } from "bun:test";
import fc from "fast-check";
import { formatAgentId, isAccount, parseAgentId } from "../../../src/protocol/agent-id.ts";
import { isAccountNkey, isUserNkey } from "../../../src/protocol/nkey.ts";
import { agentIdVectors } from "../../support/sender-vectors.ts";

const account = "AABYLMBR6Q2CDXTLGRQCFA2GP76BGCDF7NZF2OVHH4RQ7L3Y3TZWJDRL";
const user = "UAWW24XPLGOX3R3JF4OZEZZ6RUXMB55DSWJCEFFSUDFBCKJD4MSCMQYI";

for (const { text, valid, why } of agentIdVectors) {
  test(`§13.3 vector: ${text} is ${valid ? "an agent ID, and comes back as it was" : `none: ${why ?? ""}`}`, () => {
    const id = parseAgentId(text);
    expect(id !== undefined).toBe(valid);
    if (id !== undefined) expect(formatAgentId(id)).toBe(text);
  });
}

for (const [text, why] of [
  [`${user}.${account}`, "tokens swapped"],
  [`${account}:${user}`, "another separator"],
  [`${account}.${user}`.toLowerCase(), "lower case"],
  [`${account}.${user.slice(0, -1)}`, "a user cut short"],
  [`${account}.${user}.extra`, "three tokens"],
  [`.${user}`, "no account"],
  [`${account}.`, "no user"],
  [` ${account}.${user}`, "a space before it"],
  [`${account}.${user}\n`, "a line end after it"],
  [`$SYS.${user}`, "another account of the server's own"],
] as const) {
  test(`§13.3: ${why} is no agent ID`, () => {
    expect(parseAgentId(text)).toBeUndefined();
  });
}

test("§13.3: a user's key with another prefix or a wrong checksum is no user's key", () => {
  expect(isUserNkey(createUser().getPublicKey())).toBe(true);
  expect(isAccountNkey(createAccount().getPublicKey())).toBe(true);
  for (const other of [createAccount(), createServer(), createCluster()]) {
    expect(isUserNkey(other.getPublicKey())).toBe(false);
    expect(isUserNkey(`U${other.getPublicKey().slice(1)}`)).toBe(false);
  }
  expect(isUserNkey(user.replace("QYI", "QYA"))).toBe(false);
});

test("§13.3.1: an account is an NKEY, a name or $G; what looks like an NKEY must be one", () => {
  for (const name of ["ACME", "a", "plant_3-b", "$G", account, "A"]) expect(isAccount(name)).toBe(true);
  for (const name of ["", "$SYS", "acme corp", "a.b", "*", ">", "é", account.replace("DRL", "DRM")])
    expect(isAccount(name)).toBe(false);
});

test("nothing makes it throw", () => {
  fc.assert(fc.property(fc.string(), (text) => void parseAgentId(text)));
});

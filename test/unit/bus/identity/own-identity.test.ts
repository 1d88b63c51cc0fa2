import { describe, expect, test } from "bun:test";
import { readUserInfo } from "../../../../src/bus/identity/own-identity.ts";
import { testUser } from "../../../support/test-user.ts";

const { nkey } = testUser();
const accountKey = "AABYLMBR6Q2CDXTLGRQCFA2GP76BGCDF7NZF2OVHH4RQ7L3Y3TZWJDRL";

function answer(data: Readonly<Record<string, unknown>>): ReturnType<typeof readUserInfo> {
  return readUserInfo(JSON.stringify({ server: { name: "n" }, data }));
}

describe("§13.4 the server's word on who a connection is", () => {
  for (const account of ["$G", "ACME", accountKey]) {
    test(`is a known identity for an NKEY user of ${account}`, () => {
      expect(answer({ user: nkey, account })).toEqual({
        state: "known",
        id: { user: nkey, account },
        source: "server",
      });
    });
  }

  for (const [what, data] of [
    ["no user", { user: "", account: "$G" }],
    ["no user at all", { account: "$G" }],
    ["a user with a password", { user: "ann", account: "$G" }],
    ["a token", { user: "[REDACTED]", account: "$G" }],
    ["an account whose name cannot be written", { user: nkey, account: "acme corp" }],
    ["an account key of a wrong checksum", { user: nkey, account: accountKey.replace("DRL", "DRM") }],
  ] as const) {
    test(`is none with ${what}`, () => expect(answer(data)).toMatchObject({ state: "none" }));
  }

  test("is unknown when it cannot be read", () => {
    for (const text of ["", "no JSON", "[]", "{}", '{"data":7}', '{"data":{"user":"x"}}']) {
      expect(readUserInfo(text)).toMatchObject({ state: "unknown" });
    }
  });
});

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { encodeSenderHeader, maxSenderHeaderBytes, parseSenderHeader } from "../../../src/protocol/sender-header.ts";
import { senderVectors } from "../../support/sender-vectors.ts";

const account = "$G";
const user = "UAWW24XPLGOX3R3JF4OZEZZ6RUXMB55DSWJCEFFSUDFBCKJD4MSCMQYI";
const proof = { sub: "agents.prompt.a.b.c", ts: "2026-08-28T12:00:00Z", nonce: "n-1_A", sig: "A".repeat(86) };
const signed = { v: 1, account, user, ...proof };

function parse(value: unknown): ReturnType<typeof parseSenderHeader> {
  return parseSenderHeader([typeof value === "string" ? value : JSON.stringify(value)]);
}

describe("§13.5 the Agent-Sender header", () => {
  test("is absent where there is none", () => {
    expect(parseSenderHeader([])).toEqual({ type: "absent" });
  });

  test("of an unknown version is absent, whatever else it holds", () => {
    for (const v of [0, 2, 1.5, -1, 1e300]) expect(parse({ v, account: 7 })).toEqual({ type: "absent" });
  });

  test("without sig is a claim", () => {
    expect(parse({ v: 1, account, user, name: "Ann" })).toEqual({
      type: "claim",
      claim: { account, user, name: "Ann" },
    });
    expect(parse({ ...signed, sig: undefined })).toMatchObject({ type: "claim" });
  });

  test("with everything is signed; unknown fields are ignored, as is white space", () => {
    const expected = { type: "signed", signed: { account, user, ...proof } };
    expect(parse({ ...signed, extra: { a: 1 } })).toEqual(expected as ReturnType<typeof parse>);
    expect(parse(JSON.stringify(signed, undefined, 2))).toMatchObject(expected);
    expect(parse('{"v":1.0' + JSON.stringify(signed).slice(6))).toMatchObject(expected);
  });

  for (const { id, user, account, subject, ts, nonce, sig } of senderVectors) {
    test(`vector ${id}: comes back as it was written`, () => {
      const sender = { account, user, name: "claude-code", sub: subject, ts, nonce, sig };
      expect(parse(encodeSenderHeader(sender))).toEqual({ type: "signed", signed: sender });
    });
  }

  test("is written on one line, fields in the protocol's order", () => {
    expect(encodeSenderHeader({ name: "b\nc", user: "U", account: "A" })).toBe(
      '{"v":1,"account":"A","user":"U","name":"b\\nc"}',
    );
    expect(encodeSenderHeader({ ...proof, user: "U", account: "A", nonce: "N", sig: "S" })).toBe(
      '{"v":1,"account":"A","user":"U","sub":"agents.prompt.a.b.c","ts":"2026-08-28T12:00:00Z","nonce":"N","sig":"S"}',
    );
  });
});

describe("§13.5.1 a header is malformed", () => {
  for (const [what, value] of [
    ["that is empty", ""],
    ["that is no JSON", "not even JSON"],
    ["that is JSON cut short", JSON.stringify(signed).slice(0, -1)],
    ["that is a list", "[1]"],
    ["that is null", "null"],
    ["without v", { account, user }],
    ['with v "1"', { ...signed, v: "1" }],
    ["with v true", { ...signed, v: true }],
    ["with v null", { ...signed, v: null }],
    ["without an account", { v: 1, user }],
    ["with an empty account", { v: 1, user, account: "" }],
    ["with an account that is no text", { v: 1, user, account: 1 }],
    [
      "with an account NKEY of a wrong checksum",
      { v: 1, user, account: "AABYLMBR6Q2CDXTLGRQCFA2GP76BGCDF7NZF2OVHH4RQ7L3Y3TZWJDRM" },
    ],
    ["without a user", { v: 1, account }],
    ["with a user that is no NKEY", { v: 1, account, user: "ann" }],
    ["with a user NKEY of a wrong checksum", { v: 1, account, user: user.replace("QYI", "QYA") }],
    ["with a name that is no text", { v: 1, account, user, name: 5 }],
    ["with sig without sub", { ...signed, sub: undefined }],
    ["with sig without ts", { ...signed, ts: undefined }],
    ["with sig without nonce", { ...signed, nonce: undefined }],
    ["with a sub that is no text", { ...signed, sub: 1 }],
    ["with an empty sub", { ...signed, sub: "" }],
    ["with a sub with a line end", { ...signed, sub: "a.b\nc" }],
    ["with a ts that is no time", { ...signed, ts: "yesterday" }],
    ["with a ts that is a number", { ...signed, ts: 1_787_918_400 }],
    ["with a ts on a day that there is not", { ...signed, ts: "2026-02-30T12:00:00Z" }],
    ["with a ts of another zone", { ...signed, ts: "2026-08-28T12:00:00+02:00" }],
    ["with an empty nonce", { ...signed, nonce: "" }],
    ["with a nonce of 65", { ...signed, nonce: "n".repeat(65) }],
    ["with a nonce of other letters", { ...signed, nonce: "a b" }],
    ["with a sig that is no text", { ...signed, sig: 1 }],
    ["with a padded sig", { ...signed, sig: `${"A".repeat(86)}==` }],
    ["with a sig in standard base64", { ...signed, sig: `+${"A".repeat(85)}` }],
    ["with a sig that is too short", { ...signed, sig: "AAAA" }],
    ["with a claim whose ts is no time", { v: 1, account, user, ts: "soon" }],
    ["that is longer than it may be", { ...signed, name: "x".repeat(maxSenderHeaderBytes) }],
  ] as const) {
    test(what, () => {
      expect(parse(value)).toMatchObject({ type: "malformed" });
    });
  }

  test("that stands there twice, even the same", () => {
    const value = JSON.stringify(signed);
    expect(parseSenderHeader([value, value])).toMatchObject({ type: "malformed" });
  });
});

test("nothing makes it throw", () => {
  const field = fc.oneof(fc.string(), fc.jsonValue());
  const header = fc.record({ v: fc.constantFrom(1, 2, "1"), account: field, user: field, sub: field, sig: field });
  fc.assert(fc.property(header, (value) => void parse(value)));
  fc.assert(fc.property(fc.array(fc.string()), (values) => void parseSenderHeader(values)));
});

import { describe, expect, test } from "bun:test";
import type { SenderClass } from "../../../src/protocol/classify-sender.ts";
import type { SenderRules } from "../../../src/protocol/sender-rules.ts";
import { admitSender, declaredTrust, isSenderName } from "../../../src/protocol/sender-rules.ts";
import { ServiceError } from "../../../src/protocol/service-error.ts";
import { testUser } from "../../support/test-user.ts";

const [ann, bob] = [testUser().nkey, testUser().nkey];
const open: SenderRules = { trust: "any", allow: [], deny: [] };
const strict: SenderRules = { ...open, trust: "signed" };
const absent: SenderClass = { trust: "absent" };

function claimed(user: string): SenderClass {
  return { trust: "claimed", sender: { account: "$G", user } };
}

function verified(user: string, account = "$G"): SenderClass {
  return { trust: "verified", sender: { account, user } };
}

/** Undefined for a sender that is served as what it is. */
function senderRefusal(sender: SenderClass, rules: SenderRules): ServiceError | undefined {
  const admitted = admitSender(sender, rules);
  if (admitted instanceof ServiceError) return admitted;
  expect<SenderClass>(admitted).toBe(sender);
  return undefined;
}

function code(sender: SenderClass, rules: SenderRules): number | undefined {
  return senderRefusal(sender, rules)?.code;
}

describe("§13.7 the prompt endpoint answers", () => {
  test("400 to a malformed header, whatever the trust", () => {
    for (const rules of [open, strict]) {
      expect(senderRefusal({ trust: "malformed", problem: "p" }, rules)).toMatchObject({
        code: 400,
        error: "invalid_sender",
      });
    }
  });

  test("401 to an absent or claimed sender where it must be signed, and serves it elsewhere", () => {
    for (const sender of [absent, claimed(ann)]) {
      expect(code(sender, open)).toBeUndefined();
      expect(senderRefusal(sender, strict)).toMatchObject({ code: 401, error: "signature_required" });
    }
  });

  test("401 to a signature that fails, whatever the trust, with its reason", () => {
    for (const reason of ["subject", "account", "clock", "replay", "signature"] as const) {
      for (const rules of [open, strict]) {
        const refused: SenderClass = { trust: "refused", reason, sender: { account: "$G", user: ann } };
        expect(senderRefusal(refused, rules)).toMatchObject({ code: 401, error: "sender_refused", fields: { reason } });
      }
    }
  });

  test("401 with the size of the clocks' difference", () => {
    const sender = { account: "$G", user: ann };
    const behind = senderRefusal({ trust: "refused", reason: "clock", skewMs: -45_250, sender }, open);
    expect(behind?.fields).toMatchObject({ skew_s: -45.2 });
    expect(behind?.message).toContain("45.2 s behind");
    expect(senderRefusal({ trust: "refused", reason: "clock", skewMs: 90_000, sender }, open)?.message).toContain(
      "90 s ahead",
    );
  });

  test("429 when it cannot tell more messages apart", () => {
    const refused: SenderClass = { trust: "refused", reason: "overload", sender: { account: "$G", user: ann } };
    expect(senderRefusal(refused, open)).toMatchObject({ code: 429, error: "rate_limited" });
  });

  test("403 to a verified sender that is not allowed, and serves others", () => {
    expect(code(verified(ann), strict)).toBeUndefined();
    expect(code(verified(ann), { ...strict, allow: [ann] })).toBeUndefined();
    expect(senderRefusal(verified(bob), { ...strict, allow: [ann] })).toMatchObject({
      code: 403,
      error: "sender_not_allowed",
    });
    expect(code(verified(bob), { ...strict, deny: [bob] })).toBe(403);
    expect(code(verified(ann), { ...strict, deny: [bob] })).toBeUndefined();
    expect(code(verified(ann), { ...strict, allow: [ann], deny: [ann] })).toBe(403);
  });
});

describe("§13.7.3 rules by agent ID", () => {
  test("allow that user with that account only", () => {
    const rules = { ...strict, allow: [`ACME.${ann}`] };
    expect(code(verified(ann, "ACME"), rules)).toBeUndefined();
    expect(code(verified(ann, "OTHER"), rules)).toBe(403);
    expect(code(verified(bob, "ACME"), rules)).toBe(403);
  });

  test("deny that user with any account: the account is the sender's own word", () => {
    const rules = { ...open, deny: [`ACME.${ann}`] };
    expect(code(verified(ann, "ACME"), rules)).toBe(403);
    expect(code(verified(ann, "OTHER"), rules)).toBe(403);
    expect(code(verified(bob, "ACME"), rules)).toBeUndefined();
  });
});

test("§13.1: a claim is never on the allow list, and one that is denied gets 401", () => {
  expect(code(claimed(ann), { ...open, allow: [ann] })).toBe(401);
  expect(code(absent, { ...open, allow: [ann] })).toBe(401);
  expect(code(claimed(bob), { ...open, deny: [bob] })).toBe(401);
  expect(code(absent, { ...open, deny: [bob] })).toBeUndefined();
});

test("§13.9: who must be on a list must sign, and the registration says so", () => {
  expect(declaredTrust(open)).toBe("any");
  expect(declaredTrust(strict)).toBe("signed");
  expect(declaredTrust({ ...open, allow: [ann] })).toBe("signed");
  expect(declaredTrust({ ...open, deny: [ann] })).toBe("any");
});

test("a rule names a user NKEY or an agent ID", () => {
  expect([ann, `$G.${ann}`, `ACME.${ann}`].every(isSenderName)).toBe(true);
  expect(["", "ann", "$G", ann.slice(1), `${ann} `, `a b.${ann}`].some(isSenderName)).toBe(false);
});

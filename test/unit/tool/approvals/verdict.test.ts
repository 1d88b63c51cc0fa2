import { describe, expect, test } from "bun:test";
import type { ApprovalAnswer } from "../../../../src/tool/approvals/contract.ts";
import { verdictOf } from "../../../../src/tool/approvals/verdict.ts";
import { testUser } from "../../../support/test-user.ts";

const [ann, bob] = [testUser().nkey, testUser().nkey];
const question = { digest: "d1", rules: { approve: [ann], deny: [] } };
const bare = { type: "answer", text: "yes", files: [] } as const;
const sender = { id: `ACME.${ann}`, user: ann, isVerified: true };
const good = { ...bare, sender, approves: "d1" };

describe("a yes", () => {
  test("of a verified approver to this question is one", () => {
    expect(verdictOf(good, question)).toEqual({ answer: "yes", by: `ACME.${ann}` });
    expect(verdictOf({ ...good, text: "Always" }, question)).toEqual({ answer: "always", by: `ACME.${ann}` });
  });

  const unsigned = { ...bare, approves: "d1" };
  const unbound = { ...bare, sender };
  const bobs = { ...good, sender: { id: `ACME.${bob}`, user: bob, isVerified: true } };
  test.each<[string, ApprovalAnswer, string]>([
    ["without a signature", unsigned, "not signed"],
    ["of one who only claims to be", { ...good, sender: { ...good.sender, isVerified: false } }, "not signed"],
    ["with a signature that fails", { ...unsigned, senderProblem: "it is not the user's" }, "does not hold"],
    ["of one who may not approve", bobs, "may not approve"],
    ["that names no question", unbound, "does not say which question"],
    ["to another question", { ...good, approves: "d2" }, "for another question"],
    ["with a text behind it", { ...good, text: "yes, but only once" }, "none of yes, no and always"],
    ["with a file", { ...good, files: [{}] }, "more than a word"],
    ["that cannot be read", { type: "unusable", reason: "The prompt is empty" }, "cannot be read"],
  ])("%s is a no", (_name, answer, reason) => {
    const verdict = verdictOf(answer, question);
    expect(verdict).toMatchObject({ answer: "no", by: "nobody" });
    expect(verdict.reason).toContain(reason);
  });

  test("of one whom the agent does not serve is a no, whatever account he names", () => {
    const rules = { approve: [ann], deny: [`OTHER.${ann}`] };
    expect(verdictOf(good, { ...question, rules })).toMatchObject({ answer: "no" });
  });

  test("counts with the account, where the list names one", () => {
    const rules = { approve: [`ACME.${ann}`], deny: [] };
    expect(verdictOf(good, { ...question, rules })).toMatchObject({ answer: "yes" });
    const elsewhere = { ...good, sender: { ...good.sender, id: `$G.${ann}` } };
    expect(verdictOf(elsewhere, { ...question, rules })).toMatchObject({ answer: "no" });
  });
});

test("a no needs no signature", () => {
  expect(verdictOf({ ...bare, text: "no" }, question)).toEqual({ answer: "no", by: "caller" });
  expect(verdictOf({ ...good, text: "No" }, question)).toEqual({ answer: "no", by: `ACME.${ann}` });
});

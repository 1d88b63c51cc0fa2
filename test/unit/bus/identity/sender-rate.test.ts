import { expect, test } from "bun:test";
import { SenderRate } from "../../../../src/bus/identity/sender-rate.ts";

test("as many as may are taken in a sender's time, which begins with its first; then 429 says how long it lasts", () => {
  let now = 0;
  const rate = new SenderRate({ limit: 2, perMs: 60_000 }, () => now);
  expect(rate.refusal("ann")).toBeUndefined();
  rate.take("ann");
  now = 20_000;
  rate.take("ann");
  expect(rate.refusal("ann")).toMatchObject({ code: 429, error: "rate_limited", fields: { retry_after_s: 40 } });
  expect(rate.refusal("bob")).toBeUndefined();
  now = 59_999;
  expect(rate.refusal("ann")).toMatchObject({ fields: { retry_after_s: 1 } });
  now = 60_000;
  expect(rate.refusal("ann")).toBeUndefined();
});

test("what is refused is not counted", () => {
  const rate = new SenderRate({ limit: 1, perMs: 1_000 }, () => 0);
  for (let asked = 0; asked < 5; asked++) expect(rate.refusal("ann")).toBeUndefined();
});

test("without a limit everything is taken", () => {
  const rate = new SenderRate(undefined);
  for (let sent = 0; sent < 1_000; sent++) rate.take("ann");
  expect(rate.refusal("ann")).toBeUndefined();
});

test("of very many senders those heard last are remembered", () => {
  const rate = new SenderRate({ limit: 1, perMs: 60_000 }, () => 0);
  for (let sender = 0; sender <= 10_000; sender++) rate.take(`sender ${sender}`);
  expect(rate.refusal("sender 0")).toBeUndefined();
  expect(rate.refusal("sender 1")).toBeDefined();
});

import { expect, test } from "bun:test";
import { bestHealth } from "../../../src/model/health-of-links.ts";

const lost = (reason: string, retryAfterS: number) => ({ state: "unreachable", reason, retryAfterS }) as const;

test("a chain is as well as its best link", () => {
  expect(bestHealth([lost("a", 3), { state: "reachable" }])).toEqual({ state: "reachable" });
  expect(bestHealth([lost("a", 3), { state: "unknown" }])).toEqual({ state: "unknown" });
});

test("a chain is missing only when every model of it is: an endpoint that comes back may serve", () => {
  const missing = { state: "missing", reason: "pull it", retryAfterS: 20 } as const;
  expect(bestHealth([missing, { state: "unknown" }])).toEqual({ state: "unknown" });
  expect(bestHealth([missing, missing])).toEqual(missing);
  expect(bestHealth([missing, lost("a", 3)])).toEqual(lost("pull it; a", 3));
});

test("a chain is without memory only when every model of it is", () => {
  const full = { state: "no-memory", reason: "needs 6.2 GB", retryAfterS: 20 } as const;
  expect(bestHealth([full, full])).toEqual(full);
  expect(bestHealth([full, { state: "reachable" }])).toEqual({ state: "reachable" });
  expect(bestHealth([full, lost("a", 3)])).toEqual(lost("needs 6.2 GB; a", 3));
});

test("a chain without a reachable link tells every reason once and the soonest next look", () => {
  expect(bestHealth([lost("a", 30), lost("b", 4), lost("a", 9)])).toEqual(lost("a; b", 4));
});

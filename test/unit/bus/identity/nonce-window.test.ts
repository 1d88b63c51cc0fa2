import { expect, test } from "bun:test";
import { NonceWindow } from "../../../../src/bus/identity/nonce-window.ts";

const keepMs = 30_000;

function windowAt(limits?: { perUser: number; total: number }) {
  const clock = { ms: 1_000_000 };
  const nonces = new NonceWindow(() => clock.ms, limits);
  const add = (user: string, nonce: string): boolean => nonces.add(user, nonce, clock.ms + keepMs);
  return { clock, nonces, add };
}

test("a nonce is known for its user only", () => {
  const { nonces, add } = windowAt();
  expect(nonces.has("ann", "n")).toBe(false);
  expect(add("ann", "n")).toBe(true);
  expect([nonces.has("ann", "n"), nonces.has("ann", "m"), nonces.has("bob", "n")]).toEqual([true, false, false]);
});

test("a nonce stays until its time is over, and then makes room", () => {
  const { clock, nonces, add } = windowAt();
  add("ann", "n");
  clock.ms += keepMs;
  add("ann", "m");
  expect(nonces.has("ann", "n")).toBe(true);
  clock.ms += 1;
  add("ann", "o");
  expect([nonces.has("ann", "n"), nonces.has("ann", "m")]).toEqual([false, true]);
  expect(nonces.size).toBe(2);
});

test("users that are not heard of again are forgotten by what others send", () => {
  const { clock, nonces, add } = windowAt();
  for (let user = 0; user < 100; user++) add(`user ${user}`, "n");
  clock.ms += 2 * keepMs;
  add("ann", "n");
  expect(nonces.size).toBe(1);
});

test("one user's nonces fill no more than its own share, and all together no more than all", () => {
  const { clock, nonces, add } = windowAt({ perUser: 3, total: 5 });
  expect([1, 2, 3, 4].map((nonce) => add("ann", `${nonce}`))).toEqual([true, true, true, false]);
  expect([add("bob", "1"), add("cid", "1"), add("dan", "1")]).toEqual([true, true, false]);
  expect(nonces.size).toBe(5);
  clock.ms += keepMs + 1;
  expect([add("dan", "1"), add("ann", "4")]).toEqual([true, true]);
});

test("a clock that is set back leaves nothing behind for years", () => {
  const { clock, nonces, add } = windowAt({ perUser: 3, total: 3 });
  for (const nonce of ["1", "2", "3"]) add("ann", nonce);
  clock.ms -= 1_000_000;
  expect(add("ann", "4")).toBe(true);
  expect(nonces.size).toBe(1);
});

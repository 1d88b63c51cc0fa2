import { expect, test } from "bun:test";
import { isJobId, jobTerms } from "../../../../src/bus/jobs/job-envelope.ts";

const hourMs = 3_600_000;

function terms(payload: string, headers: Record<string, string> = {}) {
  return jobTerms({ payload: new TextEncoder().encode(payload), headers, seq: 7 });
}

test("plain text without headers is a job of a day and five tries, named by its place in the queue", () => {
  expect(terms("Do it")).toEqual({ id: "seq-7", ttlMs: 24 * hourMs, attempts: 5 });
});

test("fields of the envelope say id, time to live and tries", () => {
  const text = JSON.stringify({ prompt: "Do it", id: "a-1", ttl: "2h", attempts: 2 });
  expect(terms(text)).toEqual({ id: "a-1", ttlMs: 2 * hourMs, attempts: 2 });
});

test("headers win over fields", () => {
  const text = JSON.stringify({ prompt: "Do it", id: "a-1", ttl: "2h", attempts: 2 });
  const headers = { "Nats-Msg-Id": "b-2", "Muster-Ttl": "90", "Muster-Attempts": "9" };
  expect(terms(text, headers)).toEqual({ id: "b-2", ttlMs: 90_000, attempts: 9 });
});

test("a replay keeps its id, though the server must not take it for the same message", () => {
  const headers = { "Nats-Msg-Id": "a-1.replay.44", "Muster-Job-Id": "a-1", "Muster-Replays": "44" };
  expect(terms("Do it", headers)).toMatchObject({ id: "a-1", replaces: 44 });
});

test("what cannot be read counts as not said", () => {
  for (const ttl of ["soon", "-1", -5, 0, 1.5, null, {}]) {
    expect(terms(JSON.stringify({ prompt: "x", ttl, attempts: "many" }))).toMatchObject({
      ttlMs: 24 * hourMs,
      attempts: 5,
    });
  }
  expect(terms('{"prompt": broken')).toEqual({ id: "seq-7", ttlMs: 24 * hourMs, attempts: 5 });
});

test("time to live and tries have an upper bound", () => {
  expect(terms("x", { "Muster-Ttl": "400d", "Muster-Attempts": "100000" })).toMatchObject({
    ttlMs: 7 * 24 * hourMs,
    attempts: 100,
  });
});

test("an id that cannot stand in a subject becomes one that can, always the same", () => {
  const { id } = terms("x", { "Nats-Msg-Id": "orders/2026.11 *" });
  expect(isJobId(id)).toBe(true);
  expect(terms("y", { "Nats-Msg-Id": "orders/2026.11 *" }).id).toBe(id);
  expect(terms("x", { "Nats-Msg-Id": "orders/2026.11 +" }).id).not.toBe(id);
});

import { expect, test } from "bun:test";
import { parseDelivery } from "../../../../src/bus/jobs/job-delivery.ts";

test("place and time are read from a reply subject of nine tokens", () => {
  const reply = "$JS.ACK.JOBS.worker.2.17.30.1763800000123456789.4";
  expect(parseDelivery(reply)).toEqual({ reply, seq: 17, storedAtMs: 1_763_800_000_123 });
});

test("place and time are read from the newer form, with domain and account", () => {
  const reply = "$JS.ACK.edge1.AbCdEf.JOBS.worker.2.17.30.1763800000123456789.4.random";
  expect(parseDelivery(reply)).toEqual({ reply, seq: 17, storedAtMs: 1_763_800_000_123 });
});

test("any other subject is no delivery", () => {
  for (const reply of [
    undefined,
    "",
    "_INBOX.a",
    "$JS.ACK.JOBS",
    "$JS.ACK.JOBS.worker.2.x.30.1.4",
    "$JS.FC.a.b.c.d.e.f.g",
  ]) {
    expect(parseDelivery(reply)).toBeUndefined();
  }
});

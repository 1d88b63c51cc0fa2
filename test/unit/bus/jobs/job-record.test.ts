import { expect, test } from "bun:test";
import {
  decodeProgress,
  decodeResult,
  encodeProgress,
  encodeResult,
  type JobResult,
} from "../../../../src/bus/jobs/job-record.ts";

const done: JobResult = {
  id: "a-1",
  state: "done",
  attempts: 2,
  submittedAt: "2026-11-22T10:00:00.000Z",
  finishedAt: "2026-11-22T10:00:05.000Z",
  digest: "00ff",
  text: "All is well",
  attachments: [{ filename: "plot.png", data: new Uint8Array([1, 2, 3]) }],
};

test("a result comes back as it was kept", () => {
  expect(decodeResult(encodeResult(done))).toEqual(done);
});

test("a failed result brings its error and the job along", () => {
  const error = { code: 500, error: "model_timeout", message: "Too slow" };
  const failed: JobResult = { ...done, state: "failed", text: "", attachments: [], error, job: new Uint8Array([9, 8]) };
  expect(decodeResult(encodeResult(failed))).toEqual(failed);
});

test("a result is JSON that other clients can read", () => {
  const json: unknown = JSON.parse(new TextDecoder().decode(encodeResult(done)));
  expect(json).toMatchObject({
    id: "a-1",
    state: "done",
    attempts: 2,
    text: "All is well",
    submitted_at: "2026-11-22T10:00:00.000Z",
    finished_at: "2026-11-22T10:00:05.000Z",
    attachments: [{ filename: "plot.png", content: "AQID" }],
  });
});

test("progress comes back as it was kept", () => {
  const progress = { seq: 4, state: "retrying", attempts: 1 } as const;
  expect(decodeProgress(encodeProgress(progress))).toEqual(progress);
});

test("what is no record is told from one", () => {
  for (const text of ["", "null", "[]", '{"id":"a-1"}', '{"id":"a-1","state":"lost"}', "{"]) {
    const payload = new TextEncoder().encode(text);
    expect(decodeResult(payload)).toBeUndefined();
    expect(decodeProgress(payload)).toBeUndefined();
  }
});

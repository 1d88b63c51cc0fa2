import { expect, test } from "bun:test";
import { judge, retryDelayMs } from "../../../../src/bus/jobs/job-retry.ts";
import { ServiceError } from "../../../../src/protocol/service-error.ts";

test("what the prompt itself is at fault for is not tried again", () => {
  expect(judge(new ServiceError(400, "prompt_too_long", ""))).toBe("final");
  expect(judge(new ServiceError(400, "invalid_json", ""))).toBe("final");
  expect(judge(new ServiceError(500, "answer_too_large", ""))).toBe("final");
});

test("a model that fails is tried again, and the try counts", () => {
  expect(judge(new ServiceError(500, "model_timeout", ""))).toBe("counted");
  expect(judge(new ServiceError(500, "model_refused", ""))).toBe("counted");
  expect(judge(new ServiceError(500, "model_invalid", ""))).toBe("counted");
});

test("a model that cannot be reached or is busy, and an agent that is stopped, are not the job's fault", () => {
  expect(judge(new ServiceError(500, "model_unreachable", ""))).toBe("excused");
  expect(judge(new ServiceError(429, "model_refused", ""))).toBe("excused");
  expect(judge(new ServiceError(500, "shutting_down", ""))).toBe("excused");
});

test("waits grow with each try up to five minutes", () => {
  expect([1, 2, 3, 4].map((tries) => retryDelayMs("counted", tries, undefined))).toEqual([
    2_000, 6_000, 18_000, 54_000,
  ]);
  expect(retryDelayMs("counted", 80, undefined)).toBe(300_000);
});

test("an agent that could not is asked again within half a minute", () => {
  expect(retryDelayMs("excused", 80, undefined)).toBe(30_000);
});

test("a wait is not shorter than the agent asked for", () => {
  expect(retryDelayMs("counted", 1, 20)).toBe(20_000);
});

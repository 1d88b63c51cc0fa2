import { expect, test } from "bun:test";
import { errorFrame } from "../../../../src/bus/serving/error-frame.ts";
import { ServiceError } from "../../../../src/protocol/service-error.ts";

test("code and text stand in the headers, name, message and fields in the body", () => {
  expect(errorFrame(new ServiceError(429, "busy", "Later", { retry_after_s: 2 }), 1_024)).toEqual({
    payload: '{"error":"busy","message":"Later","retry_after_s":2}',
    headers: { "Nats-Service-Error-Code": "429", "Nats-Service-Error": "Later" },
  });
});

test("a message that does not fit is cut, the name stays", () => {
  for (const limit of [256, 512, 1_024]) {
    const frame = errorFrame(new ServiceError(500, "internal", "é\n".repeat(5_000)), limit);
    expect(frame.payload).toContain('"error":"internal"');
    expect(Buffer.byteLength(frame.payload)).toBeLessThanOrEqual(limit);
  }
});

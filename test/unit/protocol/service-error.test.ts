import { expect, test } from "bun:test";
import fc from "fast-check";
import { decodeError, encodeErrorBody, errorHeaderText, ServiceError } from "../../../src/protocol/service-error.ts";

test("the body holds name, message and the further fields", () => {
  const error = new ServiceError(429, "busy", "Come back", { retry_after_s: 3 });
  expect(encodeErrorBody(error)).toBe('{"error":"busy","message":"Come back","retry_after_s":3}');
});

test("a header text has no line break and at most 256 characters", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 600 }), (message) => {
      const text = errorHeaderText(new ServiceError(500, "internal", message));
      expect(text).not.toMatch(/[\r\n\u0000]/);
      expect(text.length).toBeLessThanOrEqual(256);
    }),
  );
});

test("§9 an error comes back as it was sent", () => {
  const error = new ServiceError(500, "model_unreachable", "The model is away", { retry_after_s: 5 });
  expect(decodeError("500", errorHeaderText(error), encodeErrorBody(error))).toEqual({
    code: 500,
    error: "model_unreachable",
    message: "The model is away",
    fields: { retry_after_s: 5 },
  });
});

test("another implementation's error is read as far as it goes", () => {
  expect(decodeError("404", "gone", "")).toEqual({ code: 404, error: "unknown", message: "gone", fields: {} });
  expect(decodeError("oops", "", "[1]")).toEqual({ code: 500, error: "unknown", message: "No message", fields: {} });
  expect(decodeError(" 409 ", "h", '{"error":7,"message":""}')).toMatchObject({
    code: 409,
    error: "unknown",
    message: "h",
  });
});

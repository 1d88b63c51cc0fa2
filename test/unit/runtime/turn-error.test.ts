import { expect, test } from "bun:test";
import type { TurnFailure } from "../../../src/agent/contract.ts";
import { StopReason } from "../../../src/bus/serving/service-port.ts";
import type { ModelErrorKind } from "../../../src/model/contract.ts";
import type { ServiceErrorCode, ServiceErrorName } from "../../../src/protocol/service-error.ts";
import { retryFields, turnError } from "../../../src/runtime/turn-error.ts";

const failed = (error: ModelErrorKind, retryAfterS?: number): TurnFailure => ({
  kind: "model",
  error,
  message: "http://user:secret@10.0.0.1 said no",
  ...(retryAfterS === undefined ? {} : { retryAfterS }),
});
const stopped = (kind: StopReason["kind"]): TurnFailure => ({ kind: "stopped", reason: new StopReason(kind, "x") });

test.each<[TurnFailure, ServiceErrorCode, ServiceErrorName]>([
  [failed("unreachable", 5), 500, "model_unreachable"],
  [failed("not-found"), 500, "model_not_found"],
  [failed("no-memory", 20), 500, "model_no_memory"],
  [failed("refused"), 500, "model_refused"],
  [failed("refused", 3), 429, "model_refused"],
  [failed("overflow"), 400, "prompt_too_long"],
  [failed("timeout"), 500, "model_timeout"],
  [failed("invalid"), 500, "model_invalid"],
  [stopped("deadline"), 500, "deadline_exceeded"],
  [stopped("drain"), 500, "shutting_down"],
  [stopped("shutdown"), 500, "shutting_down"],
  [stopped("bus-lost"), 500, "bus_lost"],
  [{ kind: "stopped", reason: "odd" }, 500, "internal"],
  [{ kind: "internal", message: "secret in /etc/passwd" }, 500, "internal"],
])("%j becomes %i %s", (failure, code, name) => {
  const error = turnError(failure, "helper");
  expect({ code: error.code, error: error.error }).toEqual({ code, error: name });
});

test("no text of the provider's reaches the caller", () => {
  expect(turnError(failed("refused"), "helper").message).not.toContain("secret");
  expect(turnError({ kind: "internal", message: "secret" }, "helper").message).not.toContain("secret");
});

test("retry hints are whole seconds, at least one", () => {
  expect(turnError(failed("unreachable", 4.2), "helper").fields).toEqual({ retry_after_s: 5 });
  expect(retryFields(0)).toEqual({ retry_after_s: 1 });
  expect(retryFields(undefined)).toEqual({});
});

// What is told of a turn that was stopped before its own end.

import { ServiceError } from "../../protocol/service-error.ts";
import { busLost } from "./error-frame.ts";
import { StopReason } from "./service-port.ts";

/** Undefined when `reason` is none of ours: nobody stopped it. */
export function stopError(reason: unknown): ServiceError | undefined {
  if (!(reason instanceof StopReason)) return undefined;
  switch (reason.kind) {
    case "caller-gone":
      return new ServiceError(500, "caller_gone", reason.message);
    case "deadline":
      return new ServiceError(500, "deadline_exceeded", reason.message);
    case "bus-lost":
      return busLost();
    case "drain":
    case "shutdown":
      return new ServiceError(500, "shutting_down", reason.message);
  }
}

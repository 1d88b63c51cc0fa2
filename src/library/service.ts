// `muster/service`: puts a program's own function on the bus as an agent.

export { connect } from "./connect.ts";
export type { Connection, ConnectOptions } from "./connect.ts";
export { serve } from "./serve.ts";
export type { Service, ServiceOptions } from "./serve.ts";
export type { Handler, IncomingPrompt, PromptLimits, Reply } from "./incoming-prompt.ts";
export { StopReason } from "../bus/serving/service-port.ts";
export type { CallerRules, ServedPrompt } from "../bus/serving/service-port.ts";
export { BusError } from "../bus/connection/bus-error.ts";
export type { BusStatus } from "../bus/connection/connection.ts";
export type { Attachment } from "../protocol/attachment.ts";
export type { PromptRequest } from "../protocol/request.ts";
export type { TraceContext } from "../protocol/trace-context.ts";
export { ServiceError } from "../protocol/service-error.ts";
export type { ServiceErrorCode, ServiceErrorFields, ServiceErrorName } from "../protocol/service-error.ts";

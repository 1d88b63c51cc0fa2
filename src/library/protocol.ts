// `muster/protocol`: the wire rules alone, pure functions over bytes and text. No NATS, no clock, no file system.

export type { Attachment } from "../protocol/attachment.ts";
export { decodeAttachment, fileNameProblem } from "../protocol/attachment.ts";
export { decodeBase64, encodeBase64 } from "../protocol/base64.ts";
export type { Chunk } from "../protocol/chunk.ts";
export { ackChunk, decodeChunk, encodeQuery, encodeResponse, encodeStatus, encodeText } from "../protocol/chunk.ts";
export { packAttachments } from "../protocol/chunk.ts";
export type { AgentState, Heartbeat, HeartbeatDetails } from "../protocol/heartbeat.ts";
export { buildHeartbeat, decodeHeartbeat, missedBeats } from "../protocol/heartbeat.ts";
export type { InfoResponse, PingResponse, StatsResponse } from "../protocol/micro-service.ts";
export { serviceSubject } from "../protocol/micro-service.ts";
export type { AgentRecord, Registration, UnusableRecord } from "../protocol/registration.ts";
export { buildRegistration, decodeRegistration } from "../protocol/registration.ts";
export type { PromptRequest } from "../protocol/request.ts";
export { decodeRequest, encodeRequest } from "../protocol/request.ts";
export type {
  ReceivedError,
  ServiceErrorCode,
  ServiceErrorFields,
  ServiceErrorName,
} from "../protocol/service-error.ts";
export { codeHeader, decodeError, encodeErrorBody, errorHeaderText } from "../protocol/service-error.ts";
export { ServiceError, textHeader } from "../protocol/service-error.ts";
export { formatSize, parseSize } from "../protocol/sizes.ts";
export { splitText } from "../protocol/split-text.ts";
export type { AgentAddress, Verb } from "../protocol/subjects.ts";
export { agentSubject, allHeartbeats, endpointQueueGroup, parseAgentSubject } from "../protocol/subjects.ts";
export { isPublishableSubject, isSubjectToken, toSubjectToken } from "../protocol/subjects.ts";
export type { TraceContext } from "../protocol/trace-context.ts";
export { formatTraceparent, parseTraceContext, traceHeaders } from "../protocol/trace-context.ts";
export type { Compatibility } from "../protocol/version.ts";
export { compareVersion, protocolVersion, serviceName } from "../protocol/version.ts";

// `muster/client`: finds agents, prompts them, and watches who is there. Runs under Node, Bun and in browsers.

export { connect } from "./connect.ts";
export type { Connection, ConnectOptions } from "./connect.ts";
export { discover, watch } from "./discover.ts";
export type { Agent, DiscoverOptions, LiveAgents } from "./discover.ts";
export { prompt } from "./prompt.ts";
export type { Answer, PromptInput, PromptOptions } from "./prompt.ts";
export { saveAttachment } from "./save-attachment.ts";
export { CallError } from "../bus/calling/call-error.ts";
export type { CallErrorCode } from "../bus/calling/call-error.ts";
export type { AnswerQuestion, CallEvent, CallOptions, Question } from "../bus/calling/call-event.ts";
export type { CallRequest, CallTarget, Headers } from "../bus/calling/call-request.ts";
export type { RosterEntry, RosterState } from "../bus/calling/roster.ts";
export { BusError } from "../bus/connection/bus-error.ts";
export type { ServerOptions } from "../bus/connection/dial-servers.ts";
export type { BusSubscription, SubscribeOptions } from "../bus/connection/connection.ts";
export type { BusConnection, BusStatus, PublishOptions } from "../bus/connection/connection.ts";
export type { ApprovalMark } from "../protocol/approval.ts";
export type { Attachment } from "../protocol/attachment.ts";
export type { ReceivedError } from "../protocol/service-error.ts";

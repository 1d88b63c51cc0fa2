// What tools may do on the runtime's connection: publish, and ask once. Which subjects is decided before; what NATS refuses is said in words for a
// model.

import type { Msg } from "@nats-io/nats-core";
import { codeHeader, textHeader } from "../protocol/service-error.ts";
import { type TraceContext, tracedOptions } from "../protocol/trace-context.ts";
import { ToolError } from "../tool/contract.ts";
import type { ToolBus, ToolReply, ToolRequestOptions } from "../tool/subjects/tool-bus.ts";
import type { BusConnection } from "./connection/connection.ts";
import { isNoResponders } from "./connection/probe-inbox.ts";

export function toolBus(connection: BusConnection): ToolBus {
  return {
    publish: (subject, payload, trace) => publish(connection, subject, payload, trace),
    request: (subject, payload, options) => request(connection, subject, payload, options),
  };
}

/** A refusal comes before the answer to the flush that follows the message. */
async function publish(
  connection: BusConnection,
  subject: string,
  payload: string,
  trace: TraceContext | undefined,
): Promise<void> {
  const refused = new Set<string>();
  const stop = connection.onPublishRefused((one) => refused.add(one));
  try {
    send(connection, subject, payload, tracedOptions(trace));
    if (!(await connection.flush())) {
      throw new ToolError("failed", "The connection to NATS broke: the message may or may not have been sent");
    }
    if (refused.has(subject)) throw notPermitted(subject);
  } finally {
    stop();
  }
}

async function request(
  connection: BusConnection,
  subject: string,
  payload: string,
  { timeoutMs, signal, trace }: ToolRequestOptions,
): Promise<ToolReply> {
  signal.throwIfAborted();
  const answer = Promise.withResolvers<Msg>();
  const inbox = connection.newInbox();
  const subscription = connection.subscribe(inbox, (message) => answer.resolve(message), {
    onRefused: () => answer.reject(new ToolError("unavailable", "NATS permissions forbid to listen for replies")),
  });
  const stops = [
    connection.onPublishRefused((refused) => {
      if (refused === subject) answer.reject(notPermitted(subject));
    }),
    connection.onStatus(({ state }) => {
      if (state !== "connected") answer.reject(new ToolError("failed", "The connection to NATS broke: no reply came"));
    }),
  ];
  const late = () => answer.reject(new ToolError("timeout", `No reply from "${subject}" within ${timeoutMs / 1000} s`));
  const timer = setTimeout(late, timeoutMs);
  const abort = (): void => answer.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    send(connection, subject, payload, { reply: inbox, ...tracedOptions(trace) });
    return readReply(await answer.promise, subject);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
    for (const stop of stops) stop();
    subscription.unsubscribe();
  }
}

function send(
  connection: BusConnection,
  subject: string,
  payload: string,
  options: { readonly reply?: string; readonly headers?: Readonly<Record<string, string>> },
): void {
  try {
    const isSent = connection.publish(subject, payload, options);
    if (!isSent) throw new ToolError("unavailable", "There is no connection to NATS now: nothing was sent");
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new ToolError("limit", `Nothing was sent: ${cause.message}`, { cause });
  }
}

function readReply(message: Msg, subject: string): ToolReply {
  if (isNoResponders(message)) throw new ToolError("unavailable", `Nobody answers on "${subject}" now`);
  const code = message.headers?.get(codeHeader, "insensitive") ?? "";
  const text = message.headers?.get(textHeader, "insensitive") ?? "";
  const error = [code, text].filter((part) => part !== "").join(" ");
  return { data: message.data, ...(error === "" ? {} : { serviceError: error }) };
}

function notPermitted(subject: string): ToolError {
  return new ToolError("denied", `The NATS server does not permit this agent's runtime to use "${subject}"`);
}

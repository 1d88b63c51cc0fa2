// The messages of one response stream, read as they came: a fresh subscription, headers before bodies, everything bounded (§6, §9).

import type { Msg } from "@nats-io/nats-core";
import type { Chunk } from "../../protocol/chunk.ts";
import { decodeChunk } from "../../protocol/chunk.ts";
import type { ReceivedError } from "../../protocol/service-error.ts";
import { codeHeader, decodeError, textHeader } from "../../protocol/service-error.ts";
import { CallError } from "./call-error.ts";
import type { CallerBus } from "./caller-bus.ts";
import { MessageQueue } from "./message-queue.ts";

export type ReplyMessage =
  | { readonly type: "chunk"; readonly chunk: Chunk }
  | { readonly type: "error"; readonly error: ReceivedError }
  | { readonly type: "terminator" };

export interface ReplyStream {
  /** Publishes with the stream's inbox as reply subject. Throws a `CallError` when the connection cannot. */
  publish(subject: string, payload: Uint8Array, headers?: Readonly<Record<string, string>>): void;
  /** The next message. Rejects with a `CallError` when there will be none. */
  next(): Promise<ReplyMessage>;
  /** Ends it with `error` after what has arrived. */
  fail(error: CallError): void;
  /** Ends it with `error` now. */
  abort(error: CallError): void;
  /** Leaves: the subscription is gone. */
  close(): void;
}

/** Subscribes to a fresh inbox. `onMessage` is told of each arrival, before it is read, and of its reply subject. */
export function openReplyStream(
  bus: CallerBus,
  options: { readonly maxBufferedBytes: number; readonly onMessage: (reply: string | undefined) => void },
): ReplyStream {
  const queue = new MessageQueue<ReplyMessage>(
    options.maxBufferedBytes,
    () => new CallError("buffer_full", `More than ${options.maxBufferedBytes} bytes of the answer wait to be read`),
  );
  const inbox = bus.newInbox();
  const published = new Set<string>();
  const receiveNext = (message: Msg): void => {
    options.onMessage(message.reply);
    receive(queue, message);
  };
  const subscription = bus.subscribe(inbox, receiveNext, {
    onRefused: (problem) => queue.fail(new CallError("not_permitted", `Cannot listen for the answer: ${problem}`)),
  });
  const { serverId } = bus.status();
  const stopStatus = bus.onStatus((status) => {
    if (status.state === "closed") queue.fail(new CallError("bus_lost", "The connection to NATS is closed"));
    if (status.state === "connected" && status.serverId !== undefined && status.serverId === serverId)
      queue.fail(onlyWeWereAway());
  });
  const stopRefused = bus.onPublishRefused((subject) => {
    if (published.has(subject)) queue.fail(notPermitted(subject));
  });
  return {
    publish: (subject, payload, headers) => {
      published.add(subject);
      publish(bus, subject, payload, { reply: inbox, ...(headers === undefined ? {} : { headers }) });
    },
    next: () => queue.next(),
    fail: (error) => queue.fail(error),
    abort: (error) => queue.abort(error),
    close: () => {
      stopRefused();
      stopStatus();
      subscription.unsubscribe();
      queue.abort(new CallError("cancelled", "The call is over"));
    },
  };
}

/** Publishes; that it could not be sent becomes a `CallError`. */
export function publish(bus: CallerBus, subject: string, payload: Uint8Array, options: PublishOptions = {}): void {
  let isSent: boolean;
  try {
    isSent = bus.publish(subject, payload, options);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new CallError("payload_too_large", cause.message, { cause });
  }
  if (!isSent) throw new CallError("bus_lost", "Not connected to NATS");
}

type PublishOptions = NonNullable<Parameters<CallerBus["publish"]>[2]>;

function receive(queue: MessageQueue<ReplyMessage>, message: Msg): void {
  const { headers, data } = message;
  if (headers?.code === 503 && data.byteLength === 0) {
    queue.fail(new CallError("no_responders", "Nobody serves this agent now"));
    return;
  }
  const code = headers?.get(codeHeader, "insensitive") ?? "";
  const text = headers?.get(textHeader, "insensitive") ?? "";
  if (code !== "" || text !== "") {
    queue.push({ type: "error", error: decodeError(code, text, message.string()) }, data.byteLength);
  } else if (data.byteLength === 0 && headers === undefined) {
    queue.push({ type: "terminator" }, 0);
  } else if (data.byteLength > 0) {
    queue.push({ type: "chunk", chunk: decodeChunk(message.string()) }, data.byteLength);
  }
}

/** A server that is still the same has kept nothing for us, and the agent need not have noticed. */
function onlyWeWereAway(): CallError {
  return new CallError("bus_lost", "The connection to NATS broke during the answer, and what came meanwhile is lost");
}

function notPermitted(subject: string): CallError {
  return new CallError("not_permitted", `The NATS user may not publish to "${subject}"`);
}

// JetStream's API as plain requests: what jobs need of it and no more. It rides on our connection, which outlives any one of the library's.

import type { Msg } from "@nats-io/nats-core";
import type { CallerBus } from "../calling/caller-bus.ts";
import { JobError } from "./job-error.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

export interface PublishAck {
  readonly stream: string;
  readonly seq: number;
  /** A message with the same `Nats-Msg-Id` was kept before; `seq` is that one's. */
  readonly isDuplicate: boolean;
}

export interface StoredMessage {
  readonly subject: string;
  readonly seq: number;
  readonly data: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  /** By the server's clock, in ms since 1970. */
  readonly storedAtMs: number;
}

/** JetStream's own error numbers that we tell apart. */
export const jetStreamCode = {
  streamNotFound: 10059,
  consumerNotFound: 10014,
  messageNotFound: 10037,
  wrongLastSequence: 10071,
  storeFailed: 10077,
  noStorage: 10047,
  storageLimit: 10028,
} as const;

const defaultTimeoutMs = 5_000;

/** One answer to one message. Rejects with a `JobError`. */
export async function requestOnce(
  bus: CallerBus,
  subject: string,
  payload: Uint8Array,
  options: { readonly headers?: Readonly<Record<string, string>>; readonly timeoutMs?: number } = {},
): Promise<Msg> {
  const answer = Promise.withResolvers<Msg>();
  const fail = (error: JobError): void => answer.reject(error);
  const inbox = bus.newInbox();
  const subscription = bus.subscribe(inbox, (message) => answer.resolve(message), {
    onRefused: (problem) => fail(new JobError("not-permitted", `Cannot listen for the server's answer: ${problem}`)),
  });
  const stopStatus = bus.onStatus(({ state }) => {
    if (state !== "connected") fail(new JobError("bus-lost", "The connection to NATS was lost"));
  });
  const stopRefused = bus.onPublishRefused((refused) => {
    if (refused === subject) fail(new JobError("not-permitted", `The NATS user may not publish to "${subject}"`));
  });
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  const timer = setTimeout(
    () => fail(new JobError("timeout", `No answer from "${subject}" in ${timeoutMs / 1_000} s`)),
    timeoutMs,
  );
  try {
    send(bus, subject, payload, inbox, options.headers);
    const message = await answer.promise;
    if (message.data.length === 0 && message.headers?.code === 503) {
      throw new JobError("no-jetstream", `Nobody answers on "${subject}"`);
    }
    return message;
  } finally {
    clearTimeout(timer);
    stopRefused();
    stopStatus();
    subscription.unsubscribe();
  }
}

/** A request to `$JS.API.{route}`. Rejects with a `JobError`; `no-jetstream` when there is none. */
export async function jetStreamRequest(bus: CallerBus, route: string, body: JsonObject = {}): Promise<JsonObject> {
  const answer = await requestOnce(bus, `$JS.API.${route}`, new TextEncoder().encode(JSON.stringify(body)));
  return checked(answer.string());
}

/** Resolves when the message is kept. Rejects with a `JobError`: `no-store` when no stream takes the subject, `full` when it has no room. */
export async function publishKept(
  bus: CallerBus,
  subject: string,
  payload: Uint8Array,
  headers: Readonly<Record<string, string>>,
): Promise<PublishAck> {
  try {
    const fields = checked((await requestOnce(bus, subject, payload, { headers })).string());
    const { stream, seq, duplicate } = fields;
    if (typeof stream !== "string" || typeof seq !== "number") {
      throw new JobError("refused", `"${subject}" was answered by something that is no store`);
    }
    return { stream, seq, isDuplicate: duplicate === true };
  } catch (error) {
    if (!(error instanceof JobError) || error.kind !== "no-jetstream") throw error;
    throw new JobError("no-store", `Nobody keeps messages to "${subject}"`, { cause: error });
  }
}

/** The last message on a subject, or the first at or after `seq` on one that matches. Undefined when there is none. */
export async function storedMessage(
  bus: CallerBus,
  stream: string,
  query: { readonly last_by_subj: string } | { readonly seq: number; readonly next_by_subj?: string },
): Promise<StoredMessage | undefined> {
  try {
    const { message } = await jetStreamRequest(bus, `STREAM.MSG.GET.${stream}`, query);
    return decodeStored(objectOf(message));
  } catch (error) {
    if (isJetStreamError(error, "messageNotFound") || isJetStreamError(error, "streamNotFound")) return undefined;
    throw error;
  }
}

export function isJetStreamError(error: unknown, which: keyof typeof jetStreamCode): boolean {
  return error instanceof JobError && error.jetStreamCode === jetStreamCode[which];
}

export function objectOf(value: unknown): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function send(
  bus: CallerBus,
  subject: string,
  payload: Uint8Array,
  reply: string,
  headers: Readonly<Record<string, string>> | undefined,
): void {
  try {
    const isSent = bus.publish(subject, payload, { reply, ...(headers === undefined ? {} : { headers }) });
    if (!isSent) throw new JobError("bus-lost", "There is no connection to NATS");
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new JobError("too-large", `Cannot send to "${subject}": ${error.message}`, { cause: error });
  }
}

function checked(text: string): JsonObject {
  const fields = parseJson(text);
  if (fields["error"] === undefined) return fields;
  const { code, err_code: number, description } = objectOf(fields["error"]);
  const jetStream = typeof number === "number" ? number : 0;
  const words = typeof description === "string" ? description : "no reason given";
  if (jetStream === jetStreamCode.storeFailed && words.startsWith("maximum")) {
    throw new JobError("full", `The store is full: ${words}`, { jetStreamCode: jetStream });
  }
  const kind = code === 503 && jetStream === 10039 ? "no-jetstream" : "refused";
  throw new JobError(kind, `JetStream refused: ${words} (${jetStream})`, { jetStreamCode: jetStream });
}

function parseJson(text: string): JsonObject {
  try {
    return objectOf(JSON.parse(text));
  } catch (cause) {
    throw new JobError("refused", "The server's answer is no JSON", { cause });
  }
}

function decodeStored(message: JsonObject): StoredMessage | undefined {
  const { subject, seq, data, hdrs, time } = message;
  if (typeof subject !== "string" || typeof seq !== "number") return undefined;
  return {
    subject,
    seq,
    data: typeof data === "string" ? Uint8Array.fromBase64(data) : new Uint8Array(),
    headers: typeof hdrs === "string" ? decodeHeaders(new TextDecoder().decode(Uint8Array.fromBase64(hdrs))) : {},
    storedAtMs: typeof time === "string" ? Date.parse(time) : Number.NaN,
  };
}

function decodeHeaders(text: string): Record<string, string> {
  const lines = text.split("\r\n").slice(1);
  const pairs = lines.flatMap((line): [string, string][] => {
    const colon = line.indexOf(":");
    return colon <= 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1).trim()]];
  });
  return Object.fromEntries(pairs);
}

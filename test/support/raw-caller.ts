// A caller made of nothing but the NATS client library: it knows the wire, and none of our code.

import type { Msg, NatsConnection } from "@nats-io/transport-node";
import { connect, createInbox, headers } from "@nats-io/transport-node";

export interface RawFrame {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: number;
  /** Its own reply subject, of probes and queries. */
  readonly reply: string;
}

export interface RawAnswer {
  readonly frames: readonly RawFrame[];
  /** All texts joined. */
  text(): string;
  /** Tokens of the status chunks, in order. */
  statuses(): string[];
  /** Body of the error frame, with its two headers. */
  error(): (Record<string, unknown> & { readonly code: string; readonly header: string }) | undefined;
  attachments(): { filename: string; content: string }[];
}

export interface RawStream extends RawAnswer {
  /** Where the answer arrives. */
  readonly inbox: string;
  /** Resolves with all of it at the terminator. */
  readonly done: Promise<RawAnswer>;
  /** Resolves when `predicate` holds after some frame. */
  until(predicate: (answer: RawAnswer) => boolean): Promise<RawAnswer>;
  /** Frames that came after the terminator. */
  late(): number;
  stop(): void;
}

export interface RawCaller {
  readonly nats: NatsConnection;
  /** Subscribes, then sends. */
  prompt(
    subject: string,
    payload: string | Uint8Array,
    options?: { readonly headers?: Record<string, string> },
  ): RawStream;
  /** One JSON answer; rejects when none came in time. */
  ask(subject: string, timeoutMs?: number): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

export async function rawCaller(
  url: string,
  user: { readonly user?: string; readonly pass?: string } = {},
): Promise<RawCaller> {
  const nats = await connect({
    servers: url,
    ...user,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 100,
    reconnectJitter: 10,
  });
  return {
    nats,
    prompt: (subject, payload, options = {}) => prompt(nats, subject, payload, options.headers ?? {}),
    ask: async (subject, timeoutMs = 5_000) =>
      parseObject((await nats.request(subject, "", { timeout: timeoutMs })).string()),
    close: () => nats.close(),
  };
}

function prompt(
  nats: NatsConnection,
  subject: string,
  payload: string | Uint8Array,
  sentHeaders: Record<string, string>,
): RawStream {
  const frames: RawFrame[] = [];
  const done = Promise.withResolvers<RawAnswer>();
  const waiters = new Set<() => void>();
  let lateFrames = 0;
  let hasEnded = false;
  const inbox = createInbox();
  const answer = readable(frames);
  const subscription = nats.subscribe(inbox, {
    callback: (error, message) => {
      if (error !== null) {
        done.reject(error);
        return;
      }
      const frame = toFrame(message);
      if (hasEnded) lateFrames++;
      else if (message.headers?.code === 503) done.reject(new Error(`Nobody listens on "${subject}"`));
      else if (frame.bytes === 0 && message.headers === undefined) {
        hasEnded = true;
        done.resolve(answer);
      } else frames.push(frame);
      for (const waiter of waiters) waiter();
    },
  });
  const sent = headers();
  for (const [key, value] of Object.entries(sentHeaders)) sent.set(key, value);
  const hasHeaders = Object.keys(sentHeaders).length > 0;
  nats.publish(subject, payload, { reply: inbox, ...(hasHeaders ? { headers: sent } : {}) });
  return {
    ...answer,
    inbox,
    done: done.promise,
    late: () => lateFrames,
    stop: () => subscription.unsubscribe(),
    until: (predicate) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (!predicate(answer)) return;
          waiters.delete(check);
          resolve(answer);
        };
        waiters.add(check);
        check();
      }),
  };
}

function toFrame(message: Msg): RawFrame {
  const seen: Record<string, string> = {};
  for (const [key, values] of message.headers ?? []) seen[key] = values.join(",");
  return { body: message.string(), headers: seen, bytes: message.data.length, reply: message.reply ?? "" };
}

function readable(frames: readonly RawFrame[]): RawAnswer {
  const chunks = (): Record<string, unknown>[] =>
    frames.filter((frame) => !("Nats-Service-Error-Code" in frame.headers)).map((frame) => parseObject(frame.body));
  return {
    frames,
    text: () => chunks().map(textOf).join(""),
    statuses: () => chunks().flatMap(({ type, data }) => (type === "status" ? [String(data)] : [])),
    error: () => {
      const frame = frames.find((one) => "Nats-Service-Error-Code" in one.headers);
      if (frame === undefined) return undefined;
      const { "Nats-Service-Error-Code": code = "", "Nats-Service-Error": header = "" } = frame.headers;
      return { ...parseObject(frame.body), code, header };
    },
    attachments: () => chunks().flatMap(attachmentsOf),
  };
}

function textOf({ type, data }: Record<string, unknown>): string {
  if (type !== "response") return "";
  const text = typeof data === "string" ? data : objectOf(data)["text"];
  return typeof text === "string" ? text : "";
}

function attachmentsOf({ type, data }: Record<string, unknown>): { filename: string; content: string }[] {
  const list: unknown = type === "response" ? objectOf(data)["attachments"] : undefined;
  if (!Array.isArray(list)) return [];
  return list.map((item) => ({
    filename: String(objectOf(item)["filename"]),
    content: String(objectOf(item)["content"]),
  }));
}

function parseObject(json: string): Record<string, unknown> {
  return objectOf(JSON.parse(json));
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

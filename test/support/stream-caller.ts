// A caller that keeps each message of a stream as it came, to judge the stream by.

import { connect, type Msg, type NatsConnection } from "@nats-io/transport-node";
import { jsonRecord } from "./json-record.ts";

export interface RawAnswer {
  /** Response texts, joined. */
  readonly text: string;
  readonly statuses: readonly string[];
  readonly errors: readonly { readonly code: string; readonly body: Record<string, unknown> }[];
  /** Messages of no bytes and no headers. */
  readonly ends: number;
  /** Messages after the first end. */
  readonly after: number;
}

export interface RawCall {
  /** The first response text. */
  readonly firstText: Promise<string>;
  /** The stream to its end, and 200 ms beyond. */
  readonly answer: Promise<RawAnswer>;
  /** What came so far. */
  soFar(): RawAnswer;
  /** Unsubscribes: the caller is gone. */
  leave(): void;
}

export class RawCaller {
  readonly connection: NatsConnection;

  private constructor(connection: NatsConnection) {
    this.connection = connection;
  }

  static async connect(url: string): Promise<RawCaller> {
    return new RawCaller(await connect({ servers: url, maxReconnectAttempts: -1, reconnectTimeWait: 50 }));
  }

  /** Publishes a prompt; a stream without an end settles `answer` never: bound the test. */
  call(subject: string, payload: string | Uint8Array): RawCall {
    const stream = new Stream();
    const inbox = `_INBOX.${crypto.randomUUID()}`;
    const subscription = this.connection.subscribe(inbox, { callback: (_error, message) => stream.take(message) });
    this.connection.publish(subject, payload, { reply: inbox });
    return {
      firstText: stream.firstText.promise,
      answer: stream.whole().finally(() => subscription.unsubscribe()),
      soFar: () => stream.answer(),
      leave: () => subscription.unsubscribe(),
    };
  }

  async close(): Promise<void> {
    await this.connection.close();
  }
}

class Stream {
  readonly firstText = Promise.withResolvers<string>();
  readonly #ended = Promise.withResolvers<undefined>();
  readonly #statuses: string[] = [];
  readonly #errors: { code: string; body: Record<string, unknown> }[] = [];
  #text = "";
  #ends = 0;
  #after = 0;

  take(message: Msg): void {
    if (this.#ends > 0) this.#after++;
    const code = message.headers?.get("Nats-Service-Error-Code") ?? "";
    if (code !== "") this.#errors.push({ code, body: jsonRecord(message.string() || "{}") });
    else if (message.data.length === 0 && message.headers === undefined) this.#end();
    else if (message.data.length > 0) this.#chunk(jsonRecord(message.string()));
  }

  async whole(): Promise<RawAnswer> {
    await this.#ended.promise;
    await Bun.sleep(200);
    return this.answer();
  }

  answer(): RawAnswer {
    const [text, ends, after] = [this.#text, this.#ends, this.#after];
    return { text, statuses: [...this.#statuses], errors: [...this.#errors], ends, after };
  }

  #end(): void {
    this.#ends++;
    this.#ended.resolve(undefined);
  }

  #chunk({ type, data }: Record<string, unknown>): void {
    if (type === "status") this.#statuses.push(String(data));
    if (type !== "response") return;
    const text = typeof data === "string" ? data : textOf(data);
    this.#text += text;
    this.firstText.resolve(text);
  }
}

function textOf(data: unknown): string {
  return typeof data === "object" && data !== null && "text" in data ? String(data.text) : "";
}

// A client for jobs made of nothing but the NATS client library: it keeps sending until the server says "kept", and counts what it is answered.

import type { NatsConnection } from "@nats-io/transport-node";
import { connect, headers } from "@nats-io/transport-node";

export interface StoredResult {
  readonly state: string;
  readonly text: string;
}

export class OutsideSubmitter {
  readonly #nats: NatsConnection;
  readonly #owner: string;
  /** By id, then by the sequence under which the server stored it. */
  readonly #results = new Map<string, Map<number, StoredResult>>();

  private constructor(nats: NatsConnection, owner: string) {
    this.#nats = nats;
    this.#owner = owner;
  }

  /** `owner`: the third and fourth token of the agents' subjects, such as `muster.edge1`. */
  static async connect(url: string, owner: string): Promise<OutsideSubmitter> {
    const nats = await connect({ servers: url, maxReconnectAttempts: -1, reconnectTimeWait: 100, reconnectJitter: 10 });
    return new OutsideSubmitter(nats, owner);
  }

  /** Resolves when the server has acknowledged it, however often it takes. */
  async submit(agent: string, id: string, prompt: string): Promise<void> {
    const sent = headers();
    sent.set("Nats-Msg-Id", id);
    for (;;) {
      const isKept = await this.#nats
        .request(`muster.jobs.${this.#owner}.${agent}`, prompt, { headers: sent, timeout: 1_000 })
        .then(({ data }) => objectOf(data)["error"] === undefined && typeof objectOf(data)["seq"] === "number")
        .catch(() => false);
      if (isKept) return;
      await Bun.sleep(50);
    }
  }

  /** How many jobs have no result yet. */
  async queued(): Promise<number> {
    const { data } = await this.#nats.request(`$JS.API.STREAM.INFO.${this.#stream("MUSTER_JOBS")}`);
    const state = objectOf(data)["state"];
    if (typeof state !== "object" || state === null || !("messages" in state)) throw new Error("No such stream");
    return Number(state.messages);
  }

  /** Reads every result that the server has stored, in its own consumer, from the first on. */
  async watchResults(): Promise<void> {
    const stream = this.#stream("MUSTER_JOB_RESULTS");
    this.#nats.subscribe("judge.results", {
      callback: (_error, { data, reply, subject }) => {
        const id = subject.split(".").at(-1) ?? "";
        const { state, text } = objectOf(data);
        const stored = this.#results.get(id) ?? new Map<number, StoredResult>();
        stored.set(sequenceIn(reply ?? ""), { state: String(state), text: String(text) });
        this.#results.set(id, stored);
      },
    });
    const config = {
      durable_name: "judge",
      deliver_subject: "judge.results",
      deliver_policy: "all",
      ack_policy: "none",
      filter_subject: `muster.results.${this.#owner}.>`,
    };
    const body = JSON.stringify({ stream_name: stream, config });
    const answer = await this.#nats.request(`$JS.API.CONSUMER.DURABLE.CREATE.${stream}.judge`, body);
    if (objectOf(answer.data)["error"] !== undefined) throw new Error(answer.string());
  }

  /** How many different results the server stored for the id. */
  stored(id: string): readonly StoredResult[] {
    return [...(this.#results.get(id)?.values() ?? [])];
  }

  ids(): ReadonlySet<string> {
    return new Set(this.#results.keys());
  }

  async close(): Promise<void> {
    await this.#nats.close();
  }

  #stream(name: string): string {
    return `${name}=${this.#owner.replace(".", "=")}`;
  }
}

function sequenceIn(reply: string): number {
  const tokens = reply.split(".");
  return Number(tokens[tokens.length === 9 ? 5 : 7]);
}

function objectOf(data: Uint8Array): Record<string, unknown> {
  const value: unknown = JSON.parse(new TextDecoder().decode(data));
  return typeof value === "object" && value !== null ? { ...value } : {};
}

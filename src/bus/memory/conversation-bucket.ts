// A bucket of JetStream's key-value store, as conversations need it: one value a key, written only over the revision that was read. Laid out as every
// client of it lays it out, so that the `nats kv` tools read it.

import { conversationBucket as bucket, conversationStream as stream } from "./bucket-key.ts";
import { JobError } from "../jobs/job-error.ts";
import { hasStream } from "../jobs/job-streams.ts";
import { isJetStreamError, jetStreamRequest, objectOf, publishKept, storedMessage } from "../jobs/jetstream.ts";
import type { CallerBus } from "../calling/caller-bus.ts";

export interface BucketValue {
  readonly revision: number;
  readonly data: Uint8Array;
}

const megabyte = 1024 ** 2;
/** The first that the server has room for. */
const sizes = [64 * megabyte, 16 * megabyte, 4 * megabyte];
const expectedSequence = "Nats-Expected-Last-Subject-Sequence";
/** Headers and the rest of a message that is not its value. */
const besideValueBytes = 1024;
/** JetStream has no time to live for a message on a stream that does not allow it. */
const ttl = "Nats-TTL";

export class ConversationBucket {
  readonly #bus: CallerBus;
  #hasTtl: boolean | undefined;

  constructor(bus: CallerBus) {
    this.#bus = bus;
  }

  /** Largest value. */
  maxBytes(): number {
    return this.#bus.maxPayloadBytes() - besideValueBytes;
  }

  /** Undefined: there is none. Rejects with a `JobError`. */
  async get(key: string): Promise<BucketValue | undefined> {
    const message = await storedMessage(this.#bus, stream, { last_by_subj: valueSubject(key) });
    if (message === undefined || message.headers["KV-Operation"] !== undefined) return undefined;
    return { revision: message.seq, data: message.data };
  }

  /** Writes over `revision` (0: where there is none). False: it is another by now. Makes the bucket where it is missing. Rejects with a `JobError`. */
  async put(key: string, revision: number, data: Uint8Array, ttlMs: number): Promise<boolean> {
    this.#hasTtl ??= await this.#open();
    const headers = {
      [expectedSequence]: `${revision}`,
      ...(this.#hasTtl ? { [ttl]: `${Math.ceil(ttlMs / 1000)}s` } : {}),
    };
    try {
      await publishKept(this.#bus, valueSubject(key), data, headers);
      return true;
    } catch (error) {
      if (isJetStreamError(error, "wrongLastSequence")) return false;
      this.#hasTtl = undefined; // The bucket may be gone, or another.
      throw error;
    }
  }

  /** Leaves nothing of it. Rejects with a `JobError`. */
  async remove(key: string): Promise<void> {
    await jetStreamRequest(this.#bus, `STREAM.PURGE.${stream}`, { filter: valueSubject(key) });
  }

  /** Keys below a prefix of whole tokens. A bucket that is not there is empty. Rejects with a `JobError`. */
  async keys(below: string): Promise<readonly string[]> {
    try {
      const info = await jetStreamRequest(this.#bus, `STREAM.INFO.${stream}`, {
        subjects_filter: valueSubject(`${below}.>`),
      });
      const subjects = Object.keys(objectOf(objectOf(info["state"])["subjects"]));
      return subjects.map((subject) => subject.slice(`$KV.${bucket}.`.length));
    } catch (error) {
      if (isJetStreamError(error, "streamNotFound")) return [];
      throw error;
    }
  }

  /** Whether values may have a time to live. A bucket that is there is left as it is. */
  async #open(): Promise<boolean> {
    if (!(await hasStream(this.#bus, stream))) await this.#create();
    const info = await jetStreamRequest(this.#bus, `STREAM.INFO.${stream}`);
    return objectOf(info["config"])["allow_msg_ttl"] === true;
  }

  /** Where it is full, what was not written for longest goes. */
  async #create(): Promise<void> {
    const config = {
      name: stream,
      description: "What Muster's agents remember of conversations",
      subjects: [`$KV.${bucket}.>`],
      storage: "file",
      retention: "limits",
      discard: "old",
      max_msgs_per_subject: 1,
      max_msgs: -1,
      max_msg_size: -1,
      max_age: 0,
      num_replicas: 1,
      allow_rollup_hdrs: true,
      deny_delete: false,
      allow_direct: true,
      allow_msg_ttl: true,
    };
    for (const size of sizes) {
      try {
        await jetStreamRequest(this.#bus, `STREAM.CREATE.${stream}`, { ...config, max_bytes: size });
        return;
      } catch (error) {
        if (await hasStream(this.#bus, stream)) return; // Another machine was quicker.
        if (!isJetStreamError(error, "noStorage") && !isJetStreamError(error, "storageLimit")) throw error;
      }
    }
    throw new JobError("full", `JetStream has no room for the bucket "${bucket}": 4 MB are needed at least`);
  }
}

function valueSubject(key: string): string {
  return `$KV.${bucket}.${key}`;
}

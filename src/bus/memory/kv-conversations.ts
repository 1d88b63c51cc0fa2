// Conversations that several machines share: each one value in a bucket of JetStream, changed only from the state that was read. Of two that add a
// turn at once, the second adds it to what the first has written.

import type { Logger } from "../../telemetry/log.ts";
import type { ConversationKey, Conversations, OpenConversation, StoredTurn } from "../../memory/contract.ts";
import { MemoryError } from "../../memory/memory-error.ts";
import {
  decodeConversation,
  encodeConversation,
  type WholeConversation,
  type WholeTurn,
} from "../../memory/conversation-codec.ts";
import { keyText } from "../../memory/conversation-key.ts";
import type { ConversationLimits } from "../../memory/conversation-limits.ts";
import type { ConversationEntry, ConversationRecord, KeptConversations } from "../../memory/conversation-record.ts";
import { TurnQueues } from "../../memory/turn-queues.ts";
import { delay } from "../delay.ts";
import { JobError } from "../jobs/job-error.ts";
import { uniqueId } from "../unique-id.ts";
import { bucketKey, keysBelow, parseBucketKey } from "./bucket-key.ts";
import type { BucketValue, ConversationBucket } from "./conversation-bucket.ts";

export interface KvConversationsPorts {
  readonly bucket: Pick<ConversationBucket, "get" | "put" | "remove" | "keys" | "maxBytes">;
  /** Third and fourth token of the agents' subjects. */
  readonly identity: { readonly agent: string; readonly owner: string };
  readonly log: Logger;
}

/** Of one turn to be written: against other writers, and a server that is away for a moment. */
const mostTries = 12;
const retryAfterS = 5;
/** Values that are read at once for a list. */
const readTogether = 16;

interface Kept {
  readonly revision: number;
  readonly conversation: WholeConversation;
}

export class KvConversations implements KeptConversations {
  readonly #ports: KvConversationsPorts;
  readonly #queues = new TurnQueues();

  constructor(ports: KvConversationsPorts) {
    this.#ports = ports;
  }

  /** The store as one agent uses it. `load` and `append` reject with a `MemoryError` when the bucket cannot be reached. */
  forAgent(limits: ConversationLimits): Conversations {
    return { open: (key, signal) => this.#open(key, limits, signal) };
  }

  async list(agent: string | undefined, limit: number): Promise<readonly ConversationEntry[]> {
    const { bucket, identity } = this.#ports;
    const keys = await bucket.keys(keysBelow(identity, agent));
    const names = keys.map((key) => parseBucketKey(key)).filter((name) => name !== undefined);
    const entries: ConversationEntry[] = [];
    for (let at = 0; at < names.length && at < limit; at += readTogether) {
      const together = names.slice(at, Math.min(at + readTogether, limit));
      entries.push(...(await Promise.all(together.map((name) => this.#entries(name)))).flat());
    }
    return entries.sort((one, other) => other.usedMs - one.usedMs);
  }

  async read(key: ConversationKey): Promise<ConversationRecord | undefined> {
    const value = await this.#get(key);
    const kept = value === undefined ? undefined : decodeConversation(value.data);
    if (value === undefined || kept === undefined) return undefined;
    return { entry: entryOf(key, kept, value.data.byteLength), turns: kept.turns };
  }

  async remove(key: ConversationKey): Promise<boolean> {
    if ((await this.#get(key)) === undefined) return false;
    await this.#ports.bucket.remove(bucketKey(this.#ports.identity, key));
    return true;
  }

  async #entries(key: ConversationKey): Promise<readonly ConversationEntry[]> {
    const record = await this.read(key);
    return record === undefined ? [] : [record.entry];
  }

  async #open(key: ConversationKey, limits: ConversationLimits, signal: AbortSignal): Promise<OpenConversation> {
    const release = await this.#queues.enter(keyText(key), signal);
    let loaded: Kept | undefined;
    return {
      load: async () => {
        loaded = await this.#load(key);
        return loaded?.conversation.turns.slice(-limits.turns) ?? [];
      },
      append: (turn) => this.#append(key, turn, limits, loaded),
      fold: (count, summary) => this.#fold(key, count, summary, limits, loaded),
      release,
    };
  }

  async #load(key: ConversationKey): Promise<Kept | undefined> {
    try {
      return keptOf(await this.#get(key));
    } catch (error) {
      throw unavailable("read", error);
    }
  }

  /** From what was loaded first, and from what others have written when that is old. One that was removed meanwhile stays so. */
  async #append(
    key: ConversationKey,
    turn: StoredTurn,
    limits: ConversationLimits,
    loaded: Kept | undefined,
  ): Promise<void> {
    const added: WholeTurn = { ...turn, id: uniqueId(), atMs: Date.now() };
    let state = loaded;
    let problem: unknown;
    for (let tries = 0; tries < mostTries; tries++) {
      try {
        if (tries > 0) state = keptOf(await this.#get(key));
        if (loaded !== undefined && state === undefined) return;
        if (state?.conversation.turns.some(({ id }) => id === added.id) === true) return;
        if (await this.#put(key, added, limits, state)) return;
        problem = new Error("Others write to it all the time");
      } catch (error) {
        if (!isPassing(error)) throw unavailable("written", error);
        problem = error;
      }
      await delay(Math.random() * Math.min(50 * 2 ** tries, 1_000));
    }
    throw unavailable("written", problem);
  }

  /** One try: whoever wrote meanwhile may have folded, too. */
  async #fold(
    key: ConversationKey,
    count: number,
    summary: StoredTurn,
    limits: ConversationLimits,
    loaded: Kept | undefined,
  ): Promise<boolean> {
    const { bucket, identity } = this.#ports;
    const now = keptOf(await this.#get(key));
    if (now === undefined) return false;
    const { turns } = now.conversation;
    const before = loaded?.conversation.turns.slice(-limits.turns) ?? [];
    const isSame = turns.length > count && before.slice(0, count).every(({ id }, at) => turns[at]?.id === id);
    if (!isSame) return false;
    const folded: WholeTurn = { ...summary, id: uniqueId(), atMs: Date.now() };
    const data = encodeConversation({ ...now.conversation, turns: [folded, ...turns.slice(count)] });
    return bucket.put(bucketKey(identity, key), now.revision, data, limits.idleMs);
  }

  /** False: somebody else wrote meanwhile. */
  async #put(
    key: ConversationKey,
    added: WholeTurn,
    limits: ConversationLimits,
    state: Kept | undefined,
  ): Promise<boolean> {
    const { bucket, identity, log } = this.#ports;
    const turns = [...(state?.conversation.turns ?? []), added].slice(-limits.turns);
    const whole = { createdMs: state?.conversation.createdMs ?? added.atMs, usedMs: added.atMs };
    const data = largestThatFits(whole, turns, Math.min(limits.conversationBytes, bucket.maxBytes()));
    if (data === undefined) {
      log.warn("A turn is larger than a value of the bucket may be: it is not remembered", { ...key });
      return true;
    }
    return bucket.put(bucketKey(identity, key), state?.revision ?? 0, data, limits.idleMs);
  }

  #get(key: ConversationKey): Promise<BucketValue | undefined> {
    return this.#ports.bucket.get(bucketKey(this.#ports.identity, key));
  }
}

/** A value that is no conversation is overwritten: nobody can read it. */
function keptOf(value: BucketValue | undefined): Kept | undefined {
  if (value === undefined) return undefined;
  const empty: WholeConversation = { createdMs: Date.now(), usedMs: Date.now(), turns: [] };
  return { revision: value.revision, conversation: decodeConversation(value.data) ?? empty };
}

/** The oldest turns go first. Undefined: the newest alone is too large. */
function largestThatFits(
  whole: Omit<WholeConversation, "turns">,
  turns: readonly WholeTurn[],
  maxBytes: number,
): Uint8Array | undefined {
  for (let from = 0; from < turns.length; from++) {
    const data = encodeConversation({ ...whole, turns: turns.slice(from) });
    if (data.byteLength <= maxBytes) return data;
  }
  return undefined;
}

/** Whether another try may help: nobody knows whether what was sent is kept. */
function isPassing(error: unknown): boolean {
  return error instanceof JobError && (error.kind === "timeout" || error.kind === "bus-lost");
}

function unavailable(what: string, cause: unknown): MemoryError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new MemoryError(`The conversation cannot be ${what} in JetStream: ${reason}`, { cause, retryAfterS });
}

function entryOf(key: ConversationKey, { turns, createdMs, usedMs }: WholeConversation, bytes: number) {
  return { key, turns: turns.length, bytes, createdMs, usedMs };
}

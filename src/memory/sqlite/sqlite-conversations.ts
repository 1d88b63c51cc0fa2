// Conversations that outlive the process: one SQLite database for all agents of a runtime, a turn in it whole or not at all.

import { existsSync } from "node:fs";
import { steppedClock, type SteppedClock } from "../../host/stepped-clock.ts";
import type { Logger } from "../../telemetry/log.ts";
import type { ConversationKey, Conversations, OpenConversation, StoredTurn } from "../contract.ts";
import { keyText } from "../conversation-key.ts";
import type { ConversationLimits } from "../conversation-limits.ts";
import type { ConversationEntry, ConversationRecord, KeptConversations } from "../conversation-record.ts";
import { encodeTurn } from "../turn-codec.ts";
import { TurnQueues } from "../turn-queues.ts";
import { ConversationFile } from "./conversation-file.ts";
import { type ConversationRow, type ConversationRows, entryOf, type NumberedTurn } from "./conversation-rows.ts";
import { type Expiry, expiry } from "./expiry.ts";
import { ConversationTally } from "./tally.ts";

export interface SqliteConversationsPorts {
  /** Absolute, of the database. */
  readonly path: string;
  readonly log: Logger;
  /** Told of a write that failed for want of room. */
  readonly onFullDisk?: () => void;
  /** Tells how old is what was stamped. */
  readonly clock?: SteppedClock;
  /** Milliseconds since 1970. */
  readonly wall?: () => number;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

/** Of all agents together. */
const storeBytes = 1024 ** 3;
/** As often as the shortest `expire` asks for, within these. */
const leastSweepMs = 60_000;
const mostSweepMs = 3_600_000;

export class SqliteConversations implements KeptConversations {
  readonly #ports: SqliteConversationsPorts;
  readonly #file: ConversationFile;
  readonly #clock: SteppedClock;
  readonly #wall: () => number;
  readonly #queues = new TurnQueues();
  readonly #startedMs: number;
  #timer: ReturnType<typeof setTimeout>;
  #sweepMs = mostSweepMs;
  #tally = new ConversationTally([]);
  #isStoring = true;

  constructor(ports: SqliteConversationsPorts) {
    this.#ports = ports;
    this.#clock = ports.clock ?? steppedClock;
    this.#wall = ports.wall ?? (() => Date.now());
    this.#file = new ConversationFile({
      ...ports,
      onOpen: (rows) => (this.#tally = new ConversationTally(rows.list(undefined, -1))),
    });
    this.#startedMs = this.#steadyMs();
    this.#timer = this.#nextSweep();
  }

  /** Why nothing can be remembered now; undefined: it can. */
  problem(): string | undefined {
    return this.#file.problem;
  }

  /** The store as one agent uses it. Neither `open` nor what it opens rejects for the store's sake: without it, an agent answers all the same. */
  forAgent(limits: ConversationLimits): Conversations {
    this.#sweepEvery(limits.idleMs);
    return { open: (key, signal) => this.#open(key, limits, signal) };
  }

  /** False: the disk is full, and nothing is written until it is true again. */
  setStoring(isStoring: boolean): void {
    this.#isStoring = isStoring;
  }

  list(agent: string | undefined, limit: number): Promise<readonly ConversationEntry[]> {
    return this.#tellUnlessBroken((rows) =>
      rows
        .list(agent, limit)
        .filter((row) => !this.#isOld(row))
        .map(entryOf),
    );
  }

  read(key: ConversationKey): Promise<ConversationRecord | undefined> {
    return this.#tellUnlessBroken((rows) => {
      const row = rows.find(key);
      return row === undefined || this.#isOld(row) ? undefined : { entry: entryOf(row), turns: rows.turns(row.id, -1) };
    });
  }

  remove(key: ConversationKey): Promise<boolean> {
    return this.#tellUnlessBroken((rows) => {
      const row = rows.find(key);
      if (row === undefined) return false;
      rows.erase(row.id);
      this.#tally.remove(row);
      return true;
    });
  }

  /** Lets go of what is older than its `expire`: a timer does so now and then, and nobody is shown it before. */
  sweep(): void {
    if (!this.#isStoring || !existsSync(this.#ports.path)) return;
    this.#file.use((rows) => {
      const all = rows.list(undefined, -1);
      const { expired, restamped } = this.#expiry(all);
      if (restamped.length > 0) rows.restamp(restamped);
      this.#evict(rows, expired, "expired");
    });
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#file.close();
  }

  async #open(key: ConversationKey, limits: ConversationLimits, signal: AbortSignal): Promise<OpenConversation> {
    const release = await this.#queues.enter(keyText(key), signal);
    let before: number | undefined;
    let loaded: readonly NumberedTurn[] = [];
    return {
      load: () => {
        const found = this.#file.use((rows) => {
          const row = this.#findYoung(rows, key, limits);
          return { id: row?.id, turns: row === undefined ? [] : rows.turns(row.id, limits.turns) };
        });
        before = found?.id;
        loaded = found?.turns ?? [];
        return Promise.resolve(loaded);
      },
      append: (turn) => this.#append(key, turn, limits, before),
      fold: (count, summary) => this.#fold(key, loaded[count - 1]?.seq, summary),
      release,
    };
  }

  /** `before`: the conversation that the turn began in; when that was removed meanwhile, its turn goes with it. */
  async #append(
    key: ConversationKey,
    turn: StoredTurn,
    limits: ConversationLimits,
    before: number | undefined,
  ): Promise<void> {
    if (!this.#isStoring) return;
    const messages = encodeTurn(turn);
    const bytes = Buffer.byteLength(messages);
    if (bytes > limits.conversationBytes) {
      this.#ports.log.warn("A turn is larger than a conversation may be: it is not remembered", { ...key, bytes });
      return;
    }
    const isKept = this.#file.use((rows) => {
      const row = rows.find(key);
      if (before !== undefined && row?.id !== before) return false;
      rows.append(key, { messages, bytes, nowMs: this.#wall() }, limits);
      this.#tally.replace(row, rows.find(key));
      this.#makeRoom(rows, key.agent, limits);
      return true;
    });
    if (isKept === true) await this.#file.flush();
  }

  /** Nobody else changes a conversation while it is held, but for its removal. */
  async #fold(key: ConversationKey, through: number | undefined, summary: StoredTurn): Promise<boolean> {
    if (!this.#isStoring || through === undefined) return false;
    const messages = encodeTurn(summary);
    const isFolded = this.#file.use((rows) => {
      const row = rows.find(key);
      if (row === undefined) return false;
      rows.fold(row, through, { messages, bytes: Buffer.byteLength(messages), nowMs: this.#wall() });
      this.#tally.replace(row, rows.find(key));
      return true;
    });
    return isFolded === true && (await this.#file.flush());
  }

  /** Those that were not used for longest go first, an agent's own before others'. */
  #makeRoom(rows: ConversationRows, agent: string, limits: ConversationLimits): void {
    const { count, bytes } = this.#tally.of(agent);
    const tooMany = count - limits.conversations;
    const tooLarge = bytes - limits.totalBytes;
    if (tooMany > 0 || tooLarge > 0) this.#evictOldest(rows, agent, tooMany, tooLarge);
    const over = this.#tally.bytes() - storeBytes;
    if (over > 0) this.#evictOldest(rows, undefined, 0, over);
  }

  #evictOldest(rows: ConversationRows, agent: string | undefined, tooMany: number, tooLarge: number): void {
    const going: ConversationRow[] = [];
    let bytes = 0;
    for (const row of rows.list(agent, -1).toReversed()) {
      if (going.length >= tooMany && bytes >= tooLarge) break;
      if (this.#isHeld(row)) continue;
      going.push(row);
      bytes += row.bytes;
    }
    this.#evict(rows, going, tooMany > 0 ? "too many conversations" : "too many bytes");
  }

  #evict(rows: ConversationRows, going: readonly ConversationRow[], reason: string): void {
    const free = going.filter((row) => !this.#isHeld(row));
    if (free.length > 0) this.#drop(rows, free, reason);
  }

  #drop(rows: ConversationRows, going: readonly ConversationRow[], reason: string): void {
    rows.remove(going.map(({ id }) => id));
    for (const row of going) {
      this.#tally.remove(row);
      this.#ports.log.info("Conversation evicted", { ...entryOf(row).key, turns: row.turns, reason });
    }
  }

  #isHeld(row: ConversationRow): boolean {
    return this.#queues.isHeld(keyText(entryOf(row).key));
  }

  /** The conversation that goes on; one that is over its time ends here, whenever the timer comes by. */
  #findYoung(
    rows: ConversationRows,
    key: ConversationKey,
    { idleMs }: ConversationLimits,
  ): ConversationRow | undefined {
    const row = rows.find(key);
    if (row === undefined || !this.#isStoring || !this.#isOld({ ...row, expire_ms: idleMs })) return row;
    this.#drop(rows, [row], "expired");
    return undefined;
  }

  #isOld(row: ConversationRow): boolean {
    return this.#expiry([row]).expired.length > 0;
  }

  #expiry(rows: readonly ConversationRow[]): Expiry {
    const uptimeMs = this.#steadyMs() - this.#startedMs;
    return expiry(rows, { clock: this.#clock, nowMs: this.#wall(), uptimeMs });
  }

  #steadyMs(): number {
    return this.#ports.now?.() ?? performance.now();
  }

  #sweepEvery(ms: number): void {
    const sweepMs = Math.max(leastSweepMs, ms);
    if (sweepMs >= this.#sweepMs) return;
    this.#sweepMs = sweepMs;
    clearTimeout(this.#timer);
    this.#timer = this.#nextSweep();
  }

  #nextSweep(): ReturnType<typeof setTimeout> {
    return setTimeout(() => {
      this.sweep();
      this.#timer = this.#nextSweep();
    }, this.#sweepMs).unref();
  }

  #tellUnlessBroken<Result>(work: (rows: ConversationRows) => Result): Promise<Result> {
    let done: { readonly result: Result } | undefined;
    this.#file.use((rows) => (done = { result: work(rows) }));
    if (done !== undefined) return Promise.resolve(done.result);
    return Promise.reject(
      new Error(`The store of conversations cannot be read: ${this.#file.problem ?? "it is closed"}`),
    );
  }
}

// The knowledge of all agents: one index for an agent's name, whoever serves under it now, and documents indexed one at a time.

import { join } from "node:path";
import type { Logger } from "../telemetry/log.ts";
import { vectorsMissing } from "./carries-vectors.ts";
import { agentKnowledge, type AgentKnowledge } from "./agent-knowledge.ts";
import { type LeftOverIndex, leftOverIndexes } from "./left-over.ts";
import { discardIndex } from "./store/index-file.ts";
import { KnowledgeIndex, type KnowledgeIndexPorts, type KnowledgeSubject } from "./index/knowledge-index.ts";
import { readPassages } from "./index/read-passages.ts";
import { Turns } from "./index/turns.ts";

export interface KnowledgeDeskPorts {
  /** Absolute. */
  readonly stateDirectory: string;
  readonly log: Logger;
  /** Whether two subjects are equal, models aside. */
  readonly isSame: (one: unknown, other: unknown) => boolean;
  /** For tests; default: what this executable lacks. */
  readonly noVectors?: string;
  /** Documents of an agent were indexed, or forgotten. Must not throw. */
  readonly onIndexed?: () => void;
  /** For tests. */
  readonly read?: KnowledgeIndexPorts["read"];
  readonly firstPauseMs?: number;
}

interface Shared {
  readonly index: KnowledgeIndex;
  subject: KnowledgeSubject;
  /** Running agents of that name: two while one is replaced by another. */
  users: number;
}

/** Below the state directory. */
export const knowledgeFolder = "knowledge";

export class KnowledgeDesk {
  readonly #ports: KnowledgeDeskPorts;
  readonly #turns = new Turns();
  readonly #shared = new Map<string, Shared>();
  readonly #closing = new Map<string, Promise<void>>();

  constructor(ports: KnowledgeDeskPorts) {
    this.#ports = ports;
  }

  /** The index of an agent that starts. What it was before is taken over, and brought to what is wanted now. */
  attach(agent: string, subject: KnowledgeSubject): AgentKnowledge {
    const shared = this.#shared.get(agent) ?? this.#open(agent, subject);
    shared.users += 1;
    if (!this.#isSameSubject(shared.subject, subject)) {
      shared.subject = subject;
      shared.index.use(subject);
    }
    let isReleased = false;
    return agentKnowledge(subject.config, shared.index, async () => {
      if (isReleased) return;
      isReleased = true;
      await this.#release(agent, shared);
    });
  }

  /** Names of agents that know documents now, in order. */
  agents(): readonly string[] {
    return [...this.#shared.keys()].sort();
  }

  /** Whether it is not known yet what is to be indexed, or something is. */
  get isIndexing(): boolean {
    return [...this.#shared.values()].some(({ index }) => ["starting", "indexing"].includes(index.status().state));
  }

  /** For the operator; undefined: no agent of that name knows any. */
  of(agent: string): Pick<KnowledgeIndex, "status" | "documents" | "search" | "makeAnew"> | undefined {
    return this.#shared.get(agent)?.index;
  }

  /** Indexes of agents that know documents no more. `knowing`: those that are declared to know some, whether they run or not. */
  leftOver(knowing: readonly string[]): readonly LeftOverIndex[] {
    const inUse = new Set([...knowing, ...this.#shared.keys(), ...this.#closing.keys()]);
    return leftOverIndexes(this.#folder, inUse);
  }

  /** Removes one of `leftOver`. Throws what the file system throws. */
  removeLeftOver({ agent }: LeftOverIndex): void {
    discardIndex(this.#pathOf(agent));
    this.#ports.log.info("An index of documents is removed", { agent });
  }

  /** Never rejects. */
  async close(): Promise<void> {
    const open = [...this.#shared.values()];
    this.#shared.clear();
    await Promise.all([...open.map(({ index }) => index.close()), ...this.#closing.values()]);
  }

  #open(agent: string, subject: KnowledgeSubject): Shared {
    const { stateDirectory, log, read, firstPauseMs, onIndexed } = this.#ports;
    const noVectors = this.#ports.noVectors ?? vectorsMissing();
    const index = new KnowledgeIndex(subject, {
      path: this.#pathOf(agent),
      stateDirectory,
      turns: this.#turns,
      read: read ?? readPassages,
      log: log.with({ agent }),
      after: this.#closing.get(agent) ?? Promise.resolve(),
      ...(noVectors === undefined ? {} : { noVectors }),
      ...(onIndexed === undefined ? {} : { onIndexed }),
      ...(firstPauseMs === undefined ? {} : { firstPauseMs }),
    });
    const shared = { index, subject, users: 0 };
    this.#shared.set(agent, shared);
    return shared;
  }

  async #release(agent: string, shared: Shared): Promise<void> {
    shared.users -= 1;
    if (shared.users > 0 || this.#shared.get(agent) !== shared) return;
    this.#shared.delete(agent);
    const closed = shared.index.close().finally(() => {
      if (this.#closing.get(agent) === closed) this.#closing.delete(agent);
    });
    this.#closing.set(agent, closed);
    await closed;
  }

  get #folder(): string {
    return join(this.#ports.stateDirectory, knowledgeFolder);
  }

  #pathOf(agent: string): string {
    return join(this.#folder, `${agent}.db`);
  }

  #isSameSubject(one: KnowledgeSubject, other: KnowledgeSubject): boolean {
    const { embedder: ofOne, ...plain } = one;
    const { embedder: ofOther, ...otherPlain } = other;
    return ofOne.name === ofOther.name && this.#ports.isSame(plain, otherPlain);
  }
}

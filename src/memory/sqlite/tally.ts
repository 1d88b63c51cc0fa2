// How many conversations each agent has, and how large they are: counted once, then kept along.

import type { ConversationRow } from "./conversation-rows.ts";

interface Count {
  readonly count: number;
  readonly bytes: number;
}

const nothing: Count = { count: 0, bytes: 0 };

export class ConversationTally {
  readonly #byAgent = new Map<string, Count>();
  #bytes = 0;

  constructor(rows: readonly ConversationRow[]) {
    for (const row of rows) this.#add(row.agent, 1, row.bytes);
  }

  of(agent: string): Count {
    return this.#byAgent.get(agent) ?? nothing;
  }

  /** Of all agents. */
  bytes(): number {
    return this.#bytes;
  }

  /** A conversation as it was and as it is. */
  replace(before: ConversationRow | undefined, after: ConversationRow | undefined): void {
    if (before !== undefined) this.remove(before);
    if (after !== undefined) this.#add(after.agent, 1, after.bytes);
  }

  remove({ agent, bytes }: ConversationRow): void {
    this.#add(agent, -1, -bytes);
  }

  #add(agent: string, count: number, bytes: number): void {
    const before = this.of(agent);
    this.#bytes += bytes;
    if (before.count + count <= 0) this.#byAgent.delete(agent);
    else this.#byAgent.set(agent, { count: before.count + count, bytes: before.bytes + bytes });
  }
}

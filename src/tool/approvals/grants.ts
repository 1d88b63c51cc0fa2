// What was allowed with "always": one agent's, in memory, each for one conversation of one verified owner, one tool, one action. It goes with its
// conversation, so that another one of the same name does not inherit it.

export interface GrantedConversation {
  /** User NKEY of the conversation's owner. */
  readonly owner: string;
  readonly conversation: string;
}

export interface Grant extends GrantedConversation {
  readonly tool: string;
  readonly key: string;
}

interface Given extends GrantedConversation {
  readonly by: string;
  readonly untilMs: number;
}

const maxGrants = 256;
/** A key may be as large as a prompt. */
const maxKeyLength = 16_384;
const lifeMs = 24 * 3_600_000;

export class Grants {
  readonly #now: () => number;
  readonly #given = new Map<string, Given>();

  /** `now`: in ms, never set back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** The oldest goes first when there are too many. False: it cannot be kept. */
  add(grant: Grant, by: string): boolean {
    const name = nameOf(grant);
    if (name.length > maxKeyLength) return false;
    this.#given.delete(name);
    const { owner, conversation } = grant;
    this.#given.set(name, { owner, conversation, by, untilMs: this.#now() + lifeMs });
    const [oldest] = this.#given.keys();
    if (this.#given.size > maxGrants && oldest !== undefined) this.#given.delete(oldest);
    return true;
  }

  /** Who said "always" to exactly this. */
  by(grant: Grant): string | undefined {
    const name = nameOf(grant);
    const given = this.#given.get(name);
    if (given === undefined || given.untilMs > this.#now()) return given?.by;
    this.#given.delete(name);
    return undefined;
  }

  /** Everything that was allowed in this conversation. */
  forget({ owner, conversation }: GrantedConversation): void {
    for (const [name, given] of this.#given) {
      if (given.owner === owner && given.conversation === conversation) this.#given.delete(name);
    }
  }

  clear(): void {
    this.#given.clear();
  }
}

function nameOf({ owner, conversation, tool, key }: Grant): string {
  return JSON.stringify([owner, conversation, tool, key]);
}

// The contract for conversations: what an agent remembers between the turns of one session.

export interface StoredImage {
  readonly mediaType: string;
  readonly data: Uint8Array;
}

export type StoredMessage =
  | { readonly role: "user"; readonly text: string; readonly images?: readonly StoredImage[] }
  | { readonly role: "assistant"; readonly text: string; readonly calls?: readonly StoredCall[] }
  /** What a call came to; follows the message that made the call. */
  | { readonly role: "tool"; readonly call: string; readonly name: string; readonly text: string };

/** A model's call of a tool. */
export interface StoredCall {
  /** Unique in its conversation. */
  readonly id: string;
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** All messages of one turn, prompt first, then calls with their results, answer last. Stored whole or not at all. */
export interface StoredTurn {
  readonly messages: readonly StoredMessage[];
  /** It is no turn, but a summary that a model made of so many. Only the first of a conversation is one. */
  readonly folds?: number;
}

/** A session name is the caller's own choice, hence unique only within an agent and an owner. */
export interface ConversationKey {
  readonly agent: string;
  /** The verified sender that the conversation belongs to; absent: whoever does not sign. */
  readonly owner?: string;
  readonly conversation: string;
}

/** One turn's hold on a conversation. */
export interface OpenConversation {
  /** Completed turns, oldest first. */
  load(): Promise<readonly StoredTurn[]>;
  /** Adds a completed turn, atomically. */
  append(turn: StoredTurn): Promise<void>;
  /**
   * Puts `summary` in the place of the `count` oldest of what was loaded, atomically. False: they are not as they were, and all stays.
   */
  fold(count: number, summary: StoredTurn): Promise<boolean>;
  /** Lets the next turn of this conversation in. Owed once by whoever opened; further calls do nothing. */
  release(): void;
}

export interface Conversations {
  /**
   * Waits for the turns of this conversation that came before, then holds it. Rejects with the signal's reason when that fires first;
   * the place in the queue is given up then.
   */
  open(key: ConversationKey, signal: AbortSignal): Promise<OpenConversation>;
}

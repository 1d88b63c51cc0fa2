// How much is kept of conversations.

export interface ConversationLimits {
  /** Of one conversation; the oldest go first. */
  readonly turns: number;
  /** Of one conversation; the oldest turns go first, and a turn that is larger alone is not kept. */
  readonly conversationBytes: number;
  readonly conversations: number;
  readonly totalBytes: number;
  readonly idleMs: number;
}

export const defaultConversationLimits: ConversationLimits = {
  turns: 40,
  conversationBytes: 4 * 1024 * 1024,
  conversations: 1000,
  totalBytes: 32 * 1024 * 1024,
  idleMs: 60 * 60 * 1000,
};

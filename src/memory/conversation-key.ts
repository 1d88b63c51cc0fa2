// A conversation's key as one text, for maps.

import type { ConversationKey } from "./contract.ts";

export function keyText({ agent, owner, conversation }: ConversationKey): string {
  return JSON.stringify([agent, owner ?? null, conversation]);
}

// The key of a conversation in a bucket: `{agent}.{owner}.{name}.{user, or -}.{session in base64url}`; the first three are those of the agent's address.

import type { ConversationKey } from "../../memory/contract.ts";

/** All agents of an account share it: their keys keep them apart. */
export const conversationBucket = "muster-conversations";
export const conversationStream = `KV_${conversationBucket}`;

interface Owner {
  readonly agent: string;
  readonly owner: string;
}

const unsigned = "-";

export function bucketKey({ agent, owner }: Owner, key: ConversationKey): string {
  const session = Buffer.from(key.conversation).toString("base64url");
  return `${agent}.${owner}.${key.agent}.${key.owner ?? unsigned}.${session}`;
}

/** What all keys of an agent, or of all agents of an owner, begin with. */
export function keysBelow({ agent, owner }: Owner, name: string | undefined): string {
  return name === undefined ? `${agent}.${owner}` : `${agent}.${owner}.${name}`;
}

/** Undefined for what is no such key. */
export function parseBucketKey(text: string): ConversationKey | undefined {
  const [, , agent, user, session, ...more] = text.split(".");
  if (agent === undefined || user === undefined || session === undefined || more.length > 0) return undefined;
  const conversation = Buffer.from(session, "base64url").toString();
  return { agent, ...(user === unsigned ? {} : { owner: user }), conversation };
}

// Asks the bundled server whether it has a leaf connection, in the way that is open to every user of an account.

import type { BusConnection } from "../connection/connection.ts";

const askSubject = "$SYS.REQ.ACCOUNT.PING.STATZ";
const answerMs = 2_000;

/** Undefined when nobody answers: not connected, or no server that would. Never rejects. */
export async function hasLeaf(connection: BusConnection): Promise<boolean | undefined> {
  const answer = Promise.withResolvers<boolean | undefined>();
  const inbox = connection.newInbox();
  // The hub answers for itself across the link: only the word of the server that we are connected to counts, and it comes first.
  const subscription = connection.subscribe(inbox, (message) => answer.resolve(leavesIn(message.string())));
  const timer = setTimeout(() => answer.resolve(undefined), answerMs);
  try {
    if (!connection.publish(askSubject, "", { reply: inbox })) return undefined;
    return await answer.promise;
  } finally {
    clearTimeout(timer);
    subscription.unsubscribe();
  }
}

function leavesIn(text: string): boolean | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    const leaves = fieldOf(fieldOf(fieldOf(fieldOf(answer, "data"), "account_statz"), "0"), "leafnodes");
    return typeof leaves === "number" ? leaves > 0 : undefined;
  } catch {
    return undefined; // Not JSON: the server's word that nobody answers.
  }
}

function fieldOf(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return new Map<string, unknown>(Object.entries(value)).get(key);
}

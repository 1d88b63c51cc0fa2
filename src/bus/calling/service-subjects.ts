// The subjects on which micro services say that they answer.

import type { Msg } from "@nats-io/nats-core";
import { serviceSubject } from "../../protocol/micro-service.ts";
import { isNoResponders } from "../connection/probe-inbox.ts";
import type { CallerBus } from "./caller-bus.ts";

const stallMs = 300;
const longestMs = 2_000;
const maxSubjects = 20_000;

/** Asks all services for their records and collects the answers. What cannot be asked or read has none. Never rejects. */
export async function serviceSubjects(bus: CallerBus): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const done = Promise.withResolvers<undefined>();
  const end = (): void => done.resolve(undefined);
  const asked = serviceSubject("INFO");
  const inbox = bus.newInbox();
  let stall: ReturnType<typeof setTimeout> | undefined;
  const receive = (message: Msg): void => {
    clearTimeout(stall);
    stall = setTimeout(end, stallMs);
    for (const subject of subjectsOf(message.string())) found.add(subject);
    if (isNoResponders(message) || found.size >= maxSubjects) end();
  };
  const subscription = bus.subscribe(inbox, receive, { onRefused: end });
  const stopRefused = bus.onPublishRefused((refused) => {
    if (refused === asked) end();
  });
  const latest = setTimeout(end, longestMs);
  try {
    if (!bus.publish(asked, new Uint8Array(), { reply: inbox })) end();
    await done.promise;
    return found;
  } finally {
    clearTimeout(stall);
    clearTimeout(latest);
    stopRefused();
    subscription.unsubscribe();
  }
}

function subjectsOf(text: string): readonly string[] {
  try {
    const record: unknown = JSON.parse(text);
    if (typeof record !== "object" || record === null || !("endpoints" in record)) return [];
    return Array.isArray(record.endpoints) ? record.endpoints.flatMap(subjectOf) : [];
  } catch {
    return []; // A SyntaxError: it is no service's record.
  }
}

function subjectOf(endpoint: unknown): readonly string[] {
  if (typeof endpoint !== "object" || endpoint === null || !("subject" in endpoint)) return [];
  return typeof endpoint.subject === "string" ? [endpoint.subject] : [];
}

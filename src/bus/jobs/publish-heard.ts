// A message to a subject that anybody may listen on, and whether somebody does.

import type { BusConnection } from "../connection/connection.ts";
import { within } from "../within.ts";
import { objectOf } from "./jetstream.ts";

/** `heard`: somebody listens. `stored`: a stream has kept it. */
export type Hearing =
  | { readonly type: "heard" | "stored" | "unheard" | "bus-lost" }
  /** The server, or a stream, does not take it. */
  | { readonly type: "refused"; readonly reason: string };

/** A stream that keeps the subject says so within this. */
const answerMs = 500;

/** Never rejects. Throws a `RangeError` for what is over the server's limit. */
export async function publishHeard(
  bus: BusConnection,
  subject: string,
  payload: string,
  headers: Readonly<Record<string, string>>,
): Promise<Hearing> {
  const answered = Promise.withResolvers<Hearing>();
  const inbox = bus.newInbox();
  const subscription = bus.subscribe(inbox, (message) => {
    const isNobody = message.data.length === 0 && message.headers?.code === 503;
    const hearing = isNobody ? ({ type: "unheard" } as const) : answerOf(message.string());
    if (hearing !== undefined) answered.resolve(hearing);
  });
  const stopRefused = bus.onPublishRefused((refused, problem) => {
    if (refused === subject) answered.resolve({ type: "refused", reason: problem });
  });
  try {
    if (!bus.publish(subject, payload, { reply: inbox, headers })) return { type: "bus-lost" };
    if (!(await bus.flush())) return { type: "bus-lost" };
    await within(answered.promise, answerMs);
    answered.resolve({ type: "heard" });
    return await answered.promise;
  } finally {
    stopRefused();
    subscription.unsubscribe();
  }
}

/** What a stream says; an answer of anybody else is none. */
function answerOf(text: string): Hearing | undefined {
  try {
    const { stream, error } = objectOf(JSON.parse(text));
    if (typeof stream !== "string") return undefined;
    if (error === undefined) return { type: "stored" };
    return { type: "refused", reason: `The stream refused it: ${JSON.stringify(error).slice(0, 200)}` };
  } catch {
    return undefined; // Words of a listener.
  }
}

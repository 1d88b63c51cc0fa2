// Whether an instance serves an address, by its own registration (§3): a heartbeat alone may be late, or sent by anyone.

import { serviceSubject } from "../../protocol/micro-service.ts";
import { decodeRegistration } from "../../protocol/registration.ts";
import { serviceName } from "../../protocol/version.ts";
import type { BusConnection } from "../connection/connection.ts";
import { isNoResponders, type ProbeInbox } from "../connection/probe-inbox.ts";

/** No answer in this time: it is not well enough to serve. */
const askMs = 500;
/** What is more than one token stands for other subjects. */
const token = /^[^\s.*>]{1,128}$/;

export interface AskedInstance {
  readonly instanceId: string;
  readonly promptSubject: string;
}

/** Calls `onResult` once, never at once. True: it is registered for the subject, or the server does not let us ask. */
export function askInstance(
  connection: BusConnection,
  inbox: ProbeInbox,
  { instanceId, promptSubject }: AskedInstance,
  onResult: (serves: boolean) => void,
): void {
  const subject = serviceSubject("INFO", serviceName, instanceId);
  const settle = (serves: boolean): void => {
    clearTimeout(timer);
    place.close();
    offRefused();
    onResult(serves);
  };
  const timer = setTimeout(() => settle(false), askMs);
  const place = inbox.open((message) => {
    const record = isNoResponders(message) ? undefined : decodeRegistration(message.string());
    const isIt = record?.instanceId === instanceId && "promptSubject" in record;
    settle(isIt && record.promptSubject === promptSubject);
  });
  const offRefused = connection.onPublishRefused((refused) => {
    if (refused === subject) settle(true);
  });
  // Where it cannot be sent, nobody answers in time.
  if (token.test(instanceId)) connection.publish(subject, "", { reply: place.subject });
}

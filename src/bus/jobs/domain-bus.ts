// The JetStream of another domain, a hub's, as if it were ours.

import type { CallerBus } from "../calling/caller-bus.ts";

const ownApi = "$JS.API.";

/** The same connection, requests to JetStream's API going to the domain. */
export function domainBus(bus: CallerBus, domain: string): CallerBus {
  const api = `$JS.${domain}.API.`;
  const there = (subject: string): string =>
    subject.startsWith(ownApi) ? `${api}${subject.slice(ownApi.length)}` : subject;
  const back = (subject: string): string =>
    subject.startsWith(api) ? `${ownApi}${subject.slice(api.length)}` : subject;
  return {
    publish: (subject, payload, options) => bus.publish(there(subject), payload, options),
    subscribe: (subject, onMessage, options) => bus.subscribe(subject, onMessage, options),
    newInbox: () => bus.newInbox(),
    maxPayloadBytes: () => bus.maxPayloadBytes(),
    status: () => bus.status(),
    onStatus: (listener) => bus.onStatus(listener),
    onPublishRefused: (listener) => bus.onPublishRefused((subject, problem) => listener(back(subject), problem)),
  };
}

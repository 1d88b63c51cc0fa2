// What a line of nats-server's log says of the link to the hub.

export type HubEvent =
  /** A connection is made; whether the hub takes it is not known yet. */
  | { readonly type: "opened" }
  /** What is wrong with the connection that is open, or with the attempt to make one. */
  | { readonly type: "problem"; readonly text: string }
  | { readonly type: "failed"; readonly text: string }
  | { readonly type: "closed"; readonly text: string };

/** Undefined for a line about something else. */
export function hubEvent(text: string): HubEvent | undefined {
  const failed = /^Error trying to connect as leafnode to remote server "[^"]*" \(attempt \d+\): (.*)$/.exec(text)?.[1];
  if (failed !== undefined) return { type: "failed", text: failed };
  const line = /^\S+ - lid(?:_ws)?:\d+ - (.*)$/.exec(text)?.[1];
  if (line === undefined) return undefined;
  if (line.startsWith("Leafnode connection created")) return { type: "opened" };
  const closed = /^Leafnode connection closed: (.*?)(?: - Remote: .*)?$/.exec(line)?.[1];
  if (closed !== undefined) return { type: "closed", text: closed };
  if (line.startsWith("JetStream using domains")) return undefined;
  return { type: "problem", text: line.replace(/^Leafnode Error '(.*)'$/, "$1") };
}

/** Why there is no link, in the words that a user reads. `address` is the hub's. */
export function hubReason(text: string, address: string): string {
  const hub = `the hub at "${address}"`;
  if (/authorization violation|authentication (timeout|failure|expired)/i.test(text)) {
    return `The hub at "${address}" refused the credentials: ${text.toLowerCase()}. Check credentials_file, nkey_file, user and password, or token of nats.embedded.hub, and the hub's users`;
  }
  if (/connection refused/i.test(text)) return `Cannot reach ${hub}: connection refused`;
  if (/no such host|server misbehaving|lookup /i.test(text)) {
    return `Cannot reach ${hub}: the host name is not known. Check nats.embedded.hub.url and the machine's DNS`;
  }
  if (/tls|x509|certificate/i.test(text)) {
    return `Cannot make a TLS connection to ${hub}: ${text}. Check nats.embedded.hub.tls`;
  }
  if (/i\/o timeout/i.test(text)) return `Cannot reach ${hub}: no answer in time. Check the address and the firewall`;
  if (/no route to host|network is unreachable/i.test(text)) return `Cannot reach ${hub}: no route to the host`;
  if (/wrong port/i.test(text)) {
    return `No port for leaf nodes: ${hub} answers there to clients. Set nats.embedded.hub.url to its leafnode port, usually 7422`;
  }
  if (/loop/i.test(text)) return `The link to ${hub} would make a loop: another way leads there already. Remove one`;
  if (/stale connection/i.test(text)) return `The link to ${hub} fell silent`;
  if (/client closed|read error|write error|EOF|server shutdown/i.test(text)) return `The link to ${hub} was lost`;
  return `No link to ${hub}: ${text}`;
}

// Rules between the keys of an MQTT broker.

import { quoted } from "./describe-value.ts";
import type { FileScope } from "./file-scope.ts";
import { isTopic } from "./mqtt-topic.ts";
import { asRaw, section, type ParsedFile, type Raw } from "./parsed-file.ts";
import type { Path } from "./yaml-tree.ts";

export function checkBrokers(file: ParsedFile): void {
  const { scope } = file;
  if (scope === undefined) return;
  const brokers = Object.entries(section(file.raw, "mqtt")).map(([name, value]) => [name, asRaw(value)] as const);
  for (const [name, broker] of brokers) checkBroker(broker, ["mqtt", name], scope);
  checkClients(brokers, scope);
}

/** A broker ends the connection of a client when another of its name comes: both would come again and again. */
function checkClients(brokers: readonly (readonly [string, Raw])[], scope: FileScope): void {
  const taken = new Map<string, string>();
  for (const [name, { url, client_id: id }] of brokers) {
    if (typeof url !== "string" || typeof id !== "string") continue;
    const client = `${url} ${id}`;
    const first = taken.get(client);
    if (first === undefined) taken.set(client, name);
    else
      scope.problem(
        ["mqtt", name, "client_id"],
        `Found ${quoted(id)}, the client_id of "${first}" on the same broker, which lets in one of them only; accepted another one`,
      );
  }
}

function checkBroker(broker: Raw, path: Path, scope: FileScope): void {
  pair(broker, ["user", "password"], path, scope);
  pair(asRaw(broker["tls"]), ["cert_file", "key_file"], [...path, "tls"], scope);
  const { url, will } = broker;
  if (typeof url === "string" && url.startsWith("mqtt://") && "tls" in broker) {
    scope.problem([...path, "url"], `Found ${quoted(url)} beside tls, accepted a URL that starts with mqtts:// there`);
  }
  const { topic } = asRaw(will);
  if (typeof topic === "string" && !isTopic(topic)) {
    scope.problem([...path, "will", "topic"], `Found ${quoted(topic)}, accepted an MQTT topic without + and #`);
  }
}

function pair(values: Raw, [one, other]: readonly [string, string], path: Path, scope: FileScope): void {
  for (const [has, lacks] of [
    [one, other],
    [other, one],
  ] as const) {
    if (has in values && !(lacks in values))
      scope.keyProblem([...path, has], `Found ${has} without ${lacks}, accepted both or none`);
  }
}

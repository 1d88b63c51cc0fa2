// How the MQTT client is to connect to a broker of the manifest.

import { readFileSync } from "node:fs";
import type { IClientOptions } from "mqtt";
import type { BrokerConfig } from "../../manifest/trigger.ts";
import { brokerAddress } from "../broker-address.ts";

const connectMs = 10_000;
/** How long the broker keeps messages for us while we are away. */
const sessionS = 7 * 24 * 3600;

/** Throws what the file system throws for a file of `tls`. */
export function clientOptions(config: BrokerConfig): IClientOptions {
  const { url, clientId, keepAliveMs, user, password, tls, will, protocol } = config;
  return {
    ...brokerAddress(url),
    clientId,
    ...(protocol === "v5"
      ? { protocolVersion: 5, properties: { sessionExpiryInterval: sessionS } }
      : { protocolVersion: 4 }),
    clean: false,
    resubscribe: false,
    // A buffer for each number of two bytes, made at once: 7 MB.
    writeCache: false,
    keepalive: Math.max(1, Math.round(keepAliveMs / 1000)),
    connectTimeout: connectMs,
    ...(user === undefined ? {} : { username: user }),
    ...(password === undefined ? {} : { password: password.reveal() }),
    ...(tls?.caFile === undefined ? {} : { ca: readFileSync(tls.caFile) }),
    ...(tls?.certFile === undefined ? {} : { cert: readFileSync(tls.certFile) }),
    ...(tls?.keyFile === undefined ? {} : { key: readFileSync(tls.keyFile) }),
    ...(will === undefined
      ? {}
      : { will: { topic: will.topic, payload: Buffer.from(will.payload), qos: will.qos, retain: will.retain } }),
  };
}

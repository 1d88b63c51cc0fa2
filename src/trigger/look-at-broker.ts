// One connection to an MQTT broker that is made to see whether it can be: with the credentials and the TLS of the manifest, and a name of its own,
// so that nobody's session is taken over. Nothing is subscribed, published or left.

import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import type { BrokerConfig } from "../manifest/trigger.ts";
import { brokerAddress } from "./broker-address.ts";

/** Undefined: it takes us; else why not, in words. Never rejects; ends with `signal`. */
export async function brokerProblem(broker: BrokerConfig, signal: AbortSignal): Promise<string | undefined> {
  const { user, password, tls, protocol, url } = broker;
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const onAbort = (): void => resolve("It does not answer in time");
  try {
    const files = {
      ...(tls?.caFile === undefined ? {} : { ca: readFileSync(tls.caFile) }),
      ...(tls?.certFile === undefined ? {} : { cert: readFileSync(tls.certFile) }),
      ...(tls?.keyFile === undefined ? {} : { key: readFileSync(tls.keyFile) }),
    };
    const { connect } = await import("mqtt");
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    const client = connect({
      ...brokerAddress(url),
      clientId: `muster-doctor-${randomBytes(4).toString("hex")}`,
      protocolVersion: protocol === "v5" ? 5 : 4,
      clean: true,
      reconnectPeriod: 0,
      ...(user === undefined ? {} : { username: user }),
      ...(password === undefined ? {} : { password: password.reveal() }),
      ...files,
    });
    client.on("connect", () => resolve(undefined));
    client.on("error", (error) => resolve(error.message === "" ? String(error) : error.message));
    client.on("close", () => resolve("it closes the connection at once"));
    const problem = await promise;
    client.end(true);
    return problem;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

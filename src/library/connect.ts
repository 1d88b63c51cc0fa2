// A program's connection to NATS.

import { BusError } from "../bus/connection/bus-error.ts";
import type { BusConnection } from "../bus/connection/connection.ts";
import { dialServers, isWeb, portableCredentials, type ServerOptions } from "../bus/connection/dial-servers.ts";
import { ReconnectingBus } from "../bus/connection/reconnecting-bus.ts";
import { deferred } from "../bus/deferred.ts";
import { requestSender, type RequestSender } from "../bus/identity/request-sender.ts";
import { quietLog } from "../bus/quiet-log.ts";

/** A connection to NATS that comes back by itself for as long as it is open. Close it when done. */
export type Connection = BusConnection;

export interface ConnectOptions extends ServerOptions {
  /** True: waits for a server that is not there yet, for ever. Default false: the first failure is thrown. */
  readonly waitForServer?: boolean;
}

/** Resolves when connected. Rejects with a `BusError` that says what to do. */
export async function connect(options: ConnectOptions = {}): Promise<Connection> {
  const failure = deferred<never>();
  let isOpening = options.waitForServer !== true;
  const bus = new ReconnectingBus({
    dial: async (gossiped) => {
      const dialled = await dialServers(options, gossiped);
      if (dialled instanceof BusError && isOpening) failure.reject(dialled);
      return dialled;
    },
    log: quietLog,
  });
  void bus.run();
  try {
    await Promise.race([bus.connected(), failure.promise]);
    senders.set(bus, await senderFor(bus, options));
    return bus;
  } catch (error) {
    await bus.close();
    throw error;
  } finally {
    isOpening = false;
  }
}

const senders = new WeakMap<Connection, RequestSender>();

/** What signs the prompts of a connection that `connect` made. */
export function senderOf(connection: Connection): RequestSender | undefined {
  return senders.get(connection);
}

async function senderFor(bus: Connection, options: ServerOptions): Promise<RequestSender> {
  const portable = isWeb(options) ? await portableCredentials(options) : undefined;
  return requestSender(bus, () => portable ?? bus.credentials());
}

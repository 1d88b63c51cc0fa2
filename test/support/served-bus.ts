// What a test of the bus's serving side stands on: a server, a runtime's bus side, and a caller that knows only the wire.

import { type BusHost, startBusHost } from "./bus-host.ts";
import { type NatsServerOptions, type RunningNatsServer, startNatsServer } from "./nats-server.ts";
import { type RawCaller, rawCaller } from "./raw-caller.ts";

export interface ServedBus {
  readonly server: RunningNatsServer;
  readonly bus: BusHost;
  readonly caller: RawCaller;
  readonly close: () => Promise<void>;
}

export async function openServedBus(options: NatsServerOptions = {}): Promise<ServedBus> {
  const server = await startNatsServer(options);
  const bus = await startBusHost(server.url);
  const caller = await rawCaller(server.url);
  const close = async () => {
    await caller.close();
    await bus.stop();
    await server.stop();
  };
  return { server, bus, caller, close };
}

// What a test of a whole runtime stands on: a server, a scripted model, and a caller that knows only the wire.

import { type NatsServerOptions, type RunningNatsServer, startNatsServer } from "./nats-server.ts";
import { type RawCaller, rawCaller } from "./raw-caller.ts";
import { type ScriptedModel, startScriptedModel } from "./scripted-model.ts";

export interface ScriptedBus {
  readonly nats: RunningNatsServer;
  readonly model: ScriptedModel;
  readonly caller: RawCaller;
  readonly close: () => Promise<void>;
}

export async function openScriptedBus(options: NatsServerOptions = {}): Promise<ScriptedBus> {
  const nats = await startNatsServer(options);
  const model = startScriptedModel();
  const caller = await rawCaller(nats.url);
  const close = async () => {
    await caller.close();
    await model.stop();
    await nats.stop();
  };
  return { nats, model, caller, close };
}

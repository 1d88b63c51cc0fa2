// What a peer meets: a server, a scripted model and a runtime with the agents of the peers' manifest.

import { type RunningMuster, startMuster } from "../support/muster.ts";
import { type NatsServerOptions, type RunningNatsServer, startNatsServer } from "../support/nats-server.ts";
import { type ScriptedModel, startScriptedModel } from "../support/scripted-model.ts";
import { peerManifest } from "./peer-manifest.ts";

export interface PeerRuntime {
  readonly nats: RunningNatsServer;
  readonly model: ScriptedModel;
  readonly muster: RunningMuster;
  readonly close: () => Promise<void>;
}

/** The agents' model says `text`. */
export async function startPeerRuntime(text: string, options: NatsServerOptions = {}): Promise<PeerRuntime> {
  const nats = await startNatsServer(options);
  const model = startScriptedModel();
  model.script("scripted", { text });
  const muster = await startMuster({ manifest: peerManifest(nats.url, model.url) });
  const close = async () => {
    await muster.stop();
    await model.stop();
    await nats.stop();
  };
  return { nats, model, muster, close };
}

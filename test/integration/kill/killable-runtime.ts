// A runtime on a scripted model and a server of its own, and a caller that judges its streams: each of them may be killed.

import { type RunningMuster, startMuster } from "../../support/muster.ts";
import { type NatsServerOptions, type RunningNatsServer, startNatsServer } from "../../support/nats-server.ts";
import { type ScriptedModel, startScriptedModel } from "../../support/scripted-model.ts";
import { JudgedCaller } from "../../support/judged-caller.ts";
import { externalNats, scriptedManifest } from "./scripted-manifest.ts";

export interface KillableRuntime {
  readonly nats: RunningNatsServer;
  readonly model: ScriptedModel;
  readonly muster: RunningMuster;
  readonly caller: JudgedCaller;
  readonly close: () => Promise<void>;
}

export async function startKillableRuntime(
  manifest = scriptedManifest,
  options: NatsServerOptions = {},
): Promise<KillableRuntime> {
  const nats = await startNatsServer(options);
  const model = startScriptedModel();
  const muster = await startMuster({ manifest: manifest(externalNats(nats.url), model.url) });
  const caller = await JudgedCaller.connect(nats.url);
  const close = async () => {
    await caller.close();
    await muster.stop();
    await model.stop();
    await nats.stop();
  };
  return { nats, model, muster, caller, close };
}

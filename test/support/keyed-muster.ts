// A runtime whose bundled server wants a key of everybody, with a scripted model, for tests of commands.

import { type RunningMuster, startMuster } from "./muster.ts";
import { startScriptedModel } from "./scripted-model.ts";

export interface KeyedMuster {
  readonly muster: RunningMuster;
  readonly stop: () => Promise<void>;
}

/** `agents`: the end of a manifest, which may use the model `local`, that says "word word ", and `refusing`, that answers nothing. */
export async function startKeyedMuster(
  agents: string,
  {
    models = {},
  }: {
    /** Further ones, by name: what the scripted model is to be asked for. */ readonly models?: Readonly<
      Record<string, string>
    >;
  } = {},
): Promise<KeyedMuster> {
  const model = startScriptedModel();
  try {
    const muster = await startMuster({
      manifest: `
identity: { owner: test }
nats: { embedded: { port: 0, auth: nkey } }
models:
  local: { provider: ollama, url: "${model.url}", model: "m?tokens=2" }
  refusing: { provider: ollama, url: "${model.url}", model: "r?status=400" }
${Object.entries(models)
  .map(([name, asked]) => `  ${name}: { provider: ollama, url: "${model.url}", model: "${asked}" }\n`)
  .join("")}${agents}`,
    });
    const stop = async () => {
      await muster.stop();
      await model.stop();
    };
    return { muster, stop };
  } catch (error) {
    await model.stop();
    throw error;
  }
}

// What the tests of an executable share: an empty folder with traps in it, a user without HOME, a manifest.

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Nothing of the test's own environment: no HOME, no XDG folders, no Bun variables. */
export const bareEnvironment: Readonly<Record<string, string>> = {
  PATH: "/usr/bin:/bin",
  // The processor that qemu shows to an executable of another architecture; no meaning to others.
  QEMU_CPU: "cortex-a53",
};

export interface TrappedFolder {
  readonly path: string;
  readonly state: string;
  remove(): Promise<void>;
}

/** A folder whose `.env` and `bunfig.toml` would break or betray a program that reads them. */
export async function trappedFolder(): Promise<TrappedFolder> {
  const path = await mkdtemp(join(tmpdir(), "muster-box-"));
  await writeFile(join(path, ".env"), "NATS_URL=nats://127.0.0.1:1\nNO_COLOR=poisoned\nMUSTER_TRAP=sprung\n");
  await writeFile(join(path, "bunfig.toml"), 'preload = ["./trap.ts"]\n');
  await writeFile(join(path, "trap.ts"), 'await Bun.write("sprung", "yes");\nprocess.exit(99);\n');
  await writeFile(join(path, "package.json"), '{"type":"commonjs","main":"trap.ts"}');
  await writeFile(join(path, "tsconfig.json"), '{"compilerOptions":{"jsx":"poison"');
  const state = join(path, "state");
  await mkdir(state);
  return { path, state, remove: () => rm(path, { recursive: true, force: true }) };
}

/** One agent on a scripted model at `url`, or on the built-in engine with the GGUF file at `file`; the bundled server on a free port. */
export function boxManifest(model: { readonly url: string } | { readonly file: string }): string {
  const source =
    "url" in model
      ? `{ provider: ollama, url: "${model.url}", model: scripted }`
      : `{ provider: builtin, file: "${model.file}", threads: 1, context: 512, max_output: 2, temperature: 0 }`;
  return `
identity: { owner: box }
nats: { mode: embedded, embedded: { port: 0 } }
models:
  only: ${source}
agents:
  assistant: { model: only, heartbeat: 1s, deadline: 2m }
`;
}

export interface PackedManifestOptions {
  /** Of a scripted model with the models `works` and `says`. */
  readonly url: string;
  readonly mcpServer: readonly string[];
  /** Where no broker is. */
  readonly mqttPort: number;
}

/** Two agents that need, together, every library that an executable unpacks only when it is needed. */
export function packedManifest({ url, mcpServer, mqttPort }: PackedManifestOptions): string {
  return `
identity: { owner: box }
nats: { mode: embedded, embedded: { port: 0 } }
mqtt: { plant: { url: "mqtt://127.0.0.1:${mqttPort}" } }
models:
  works: { provider: openai, url: "${url}/v1", model: works }
  says: { provider: anthropic, url: "${url}", model: says }
agents:
  worker:
    model: works
    tools:
      parts: { type: mcp, command: ${JSON.stringify(mcpServer)} }
      say:
        type: command
        description: Says a word.
        command: [echo, "{{word}}"]
        parameters: { type: object, properties: { word: { type: string, pattern: "^[a-z]+$" } }, required: [word] }
        allow_unauthenticated: true
    triggers: { alarm: { mqtt: line3/alarm, prompt: "{{payload}}" } }
  speaker: { model: says, guards: { deny_prompt: { order: "order [0-9]+" } } }
`;
}

/** One agent that answers from the documents in a folder, on a scripted model. */
export function knowingManifest(url: string, docs: string): string {
  return `
identity: { owner: box }
nats: { mode: embedded, embedded: { port: 0 } }
models:
  only: { provider: ollama, url: "${url}", model: scripted }
  embed: { provider: ollama, url: "${url}", model: embed }
agents:
  assistant: { model: only, deadline: 2m, knowledge: { paths: "${docs}", model: embed } }
`;
}

// One agent on a scripted model that says 60 words, one each 50 ms.

export const slowAnswer = "word ".repeat(60);

export function scriptedManifest(nats: string, modelUrl: string): string {
  return `
identity: { owner: kill }
nats: ${nats}
models:
  slow: { provider: ollama, url: "${modelUrl}", model: "slow?tokens=60&delayMs=50" }
  quick: { provider: ollama, url: "${modelUrl}", model: "quick?tokens=3" }
defaults: { heartbeat: 1s, instructions: You answer. }
agents:
  slow: { model: slow, concurrency: 4 }
  quick: { model: quick, concurrency: 8, queue: 1000 }
`;
}

export function externalNats(url: string): string {
  return `{ mode: external, servers: ["${url}"] }`;
}

export const bundledNats = "{ mode: embedded, embedded: { port: 0 } }";

export const slowSubject = "agents.prompt.muster.kill.slow";
export const quickSubject = "agents.prompt.muster.kill.quick";

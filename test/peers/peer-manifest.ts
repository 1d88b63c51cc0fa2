// The agents that peers call: one that takes attachments, one that talks at length, one that is slow.

export function peerManifest(natsUrl: string, modelUrl: string): string {
  return `
identity: { owner: peers }
nats: { mode: external, servers: ["${natsUrl}"] }
endpoints:
  scripted: { provider: ollama, url: "${modelUrl}", parallel: 4 }
models:
  scripted: { endpoint: scripted, model: scripted }
  long: { endpoint: scripted, model: long }
  slow: { endpoint: scripted, model: "slow?tokens=100&delayMs=100" }
defaults:
  heartbeat: 1s
agents:
  inspector: { description: Explains alarms, model: scripted, instructions: You explain alarms., attachments: true, max_payload: 1MB }
  teller: { model: long, instructions: You tell., attachments: false }
  snail: { model: slow, instructions: You are slow., concurrency: 1, queue: 0 }
`;
}

// What runs during a soak: agents of each provider, quick and slow, and what each of them answers.

export const soakOwner = "muster.soak";

export const subjectOf = (agent: string): string => `agents.prompt.${soakOwner}.${agent}`;

export interface Asked {
  readonly agent: string;
  readonly expected: string;
}

const words = (count: number): string => "word ".repeat(count);

/** Agents that answer the same text whatever they are asked. */
export const asked: readonly Asked[] = [
  { agent: "quick", expected: words(3) },
  { agent: "slow", expected: words(40) },
  { agent: "long", expected: words(2_000) },
  { agent: "openai", expected: words(200) },
  { agent: "claude", expected: words(200) },
  { agent: "shifting", expected: words(20) },
];

export const talker: Asked = { agent: "talker", expected: words(3) };
export const worker: Asked = { agent: "worker", expected: words(3) };
/** Answers for minutes: who leaves it must be noticed. */
export const endless = "endless";

export interface SoakManifest {
  readonly modelUrl: string;
  readonly busPort: number;
  readonly httpPort: number;
  /** Changes the instructions of the agent "shifting". */
  readonly edition: number;
}

export function soakManifest({ modelUrl, busPort, httpPort, edition }: SoakManifest): string {
  return `
identity: { owner: soak }
nats: { mode: embedded, embedded: { port: ${busPort} } }
http: { listen: "127.0.0.1:${httpPort}" }
endpoints:
  ollama: { provider: ollama, url: "${modelUrl}", parallel: 64 }
  openai: { provider: openai, url: "${modelUrl}/v1", parallel: 16 }
  claude: { provider: anthropic, url: "${modelUrl}", api_key: none, parallel: 16 }
models:
  quick: { endpoint: ollama, model: "quick?tokens=3" }
  slow: { endpoint: ollama, model: "slow?tokens=40&delayMs=50" }
  long: { endpoint: ollama, model: "long?tokens=2000" }
  some: { endpoint: ollama, model: "some?tokens=20&delayMs=20" }
  endless: { endpoint: ollama, model: "endless?tokens=5000&delayMs=50" }
  openai: { endpoint: openai, model: "openai?tokens=200" }
  claude: { endpoint: claude, model: "claude?tokens=200" }
defaults: { heartbeat: 1s, concurrency: 16, queue: 256, instructions: You answer. }
agents:
  quick: { model: quick }
  slow: { model: slow }
  long: { model: long }
  openai: { model: openai }
  claude: { model: claude }
  talker: { model: quick }
  worker: { model: quick, concurrency: 4 }
  endless: { model: endless, concurrency: 64 }
  shifting: { model: some, instructions: "Edition ${edition}." }
`;
}

/** A drop-in with an agent of its own, every other one with a model and an endpoint of its own, too. */
export function dropInManifest(agent: string, edition: number, modelUrl: string): string {
  const isWhole = edition % 2 === 1;
  const models = `models:\n  m-${agent}: { provider: ollama, url: "${modelUrl}", model: "own?tokens=3" }\n`;
  const model = isWhole ? `m-${agent}` : "quick";
  return `${isWhole ? models : ""}agents:\n  ${agent}: { model: ${model}, instructions: "Edition ${edition}." }\n`;
}

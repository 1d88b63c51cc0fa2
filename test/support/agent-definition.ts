// Agents as a checked manifest would declare them, for tests.

import type { AgentConfig, MemoryConfig } from "../../src/manifest/manifest.ts";
import { Secret } from "../../src/manifest/secret.ts";
import type { AgentDefinition } from "../../src/runtime/agent-definition.ts";
import { modelConfig } from "./scripted-chat-model.ts";

export const memoryConfig: MemoryConfig = {
  store: "sqlite",
  keepTurns: 40,
  summarise: false,
  expireMs: 30 * 86_400_000,
  conversations: 1000,
  conversationBytes: 4 * 1024 ** 2,
  totalBytes: 32 * 1024 ** 2,
};

export function agentDefinition(name: string, changes: Partial<AgentConfig> = {}, apiKey = "key"): AgentDefinition {
  return {
    identity: { agent: "muster", owner: "test" },
    config: {
      name,
      description: `${name}, a Muster agent`,
      instructions: "Be kind.",
      models: ["local"],
      heartbeatMs: 30_000,
      concurrency: 1,
      queue: 8,
      deadlineMs: 60_000,
      dedupeMs: 600_000,
      maxHops: 8,
      attachments: true,
      maxPayloadBytes: 1024 * 1024,
      replicas: false,
      tools: [],
      turn: { steps: 12, toolCalls: 32, timeMs: 60_000 },
      budgets: [],
      memory: memoryConfig,
      guards: { denyPrompt: [], denyAnswer: [], redact: [] },
      callers: { trust: "any", allow: [], deny: [], approve: [] },
      approvalTimeoutMs: 120_000,
      triggers: [],
      source: "/etc/muster/agents.yaml",
      ...changes,
    },
    models: [modelConfig],
    endpoints: [
      {
        name: "ollama",
        provider: "ollama",
        url: "http://127.0.0.1:11434",
        parallel: 1,
        apiKey: new Secret(apiKey),
        headers: {},
        connectTimeoutMs: 1000,
        retries: 0,
        retryWithinMs: 30_000,
      },
    ],
  };
}

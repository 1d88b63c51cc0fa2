// Makes an agent of its configuration and what it works with.

import type { AgentConfig } from "../manifest/manifest.ts";
import type { Conversations } from "../memory/contract.ts";
import type { ChatModel } from "../model/contract.ts";
import type { Logger } from "../telemetry/log.ts";
import type { TraceSink } from "../telemetry/trace.ts";
import type { Agent } from "./contract.ts";
import { refusedFile } from "./prompt-files.ts";
import { tokenEstimate } from "./token-estimate.ts";
import { runTurn } from "./turn.ts";

export interface AgentPorts {
  readonly model: ChatModel;
  readonly conversations: Conversations;
  readonly log: Logger;
  readonly onTrace: TraceSink;
  readonly tracesText: boolean;
}

export function createAgent(config: Pick<AgentConfig, "name" | "instructions">, ports: AgentPorts): Agent {
  const { name, instructions } = config;
  const turnPorts = {
    ...ports,
    agent: name,
    instructions,
    estimate: tokenEstimate(),
    log: ports.log.with({ agent: name }),
  };
  return {
    name,
    answer: (prompt, signal) => runTurn(turnPorts, prompt, signal),
    refusedFile: (files) => refusedFile(files, ports.model.sees()),
  };
}

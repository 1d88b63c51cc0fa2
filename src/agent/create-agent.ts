// Makes an agent of its configuration and what it works with.

import type { AgentConfig } from "../manifest/manifest.ts";
import type { Conversations } from "../memory/contract.ts";
import type { ChatModel } from "../model/contract.ts";
import type { Logger } from "../telemetry/log.ts";
import type { TraceSink } from "../telemetry/trace.ts";
import type { Tracer } from "../telemetry/tracer.ts";
import type { Recall } from "../tool/recall/recall.ts";
import type { ToolSet } from "../tool/tool-set.ts";
import { type Approver, nobodyApproves } from "./approver.ts";
import type { Agent, AgentEvent, AgentPrompt, PromptFile, RefusedFile } from "./contract.ts";
import { refusedFile } from "./prompt-files.ts";
import { tokenEstimate } from "./token-estimate.ts";
import { runTurn } from "./turn.ts";
import type { TurnPorts } from "./turn-ports.ts";

export interface AgentPorts {
  readonly model: ChatModel;
  readonly tools: ToolSet;
  /** Absent: nothing is put beside prompts. */
  readonly recall?: Recall;
  readonly conversations: Conversations;
  readonly log: Logger;
  readonly onTrace: TraceSink;
  readonly tracesText: () => boolean;
  /** Absent: turns belong to no trace. */
  readonly tracer?: Tracer;
  /** Absent: nobody may approve anything. */
  readonly approver?: Approver;
}

type ConversingConfig = Pick<AgentConfig, "name" | "instructions" | "turn"> & Partial<Pick<AgentConfig, "memory">>;

/** `ports.log` names the agent. */
export function createAgent(config: ConversingConfig, ports: AgentPorts): Agent {
  return new ConfiguredAgent(config, ports);
}

class ConfiguredAgent implements Agent {
  readonly name: string;
  readonly #ports: TurnPorts;

  constructor({ name, instructions, turn, memory }: ConversingConfig, ports: AgentPorts) {
    this.name = name;
    this.#ports = {
      ...ports,
      agent: name,
      instructions,
      approver: ports.approver ?? nobodyApproves,
      limits: turn,
      ...(memory?.summarise === true ? { foldOver: memory.keepTurns } : {}),
      estimate: tokenEstimate(),
    };
  }

  answer(prompt: AgentPrompt, signal: AbortSignal): AsyncIterable<AgentEvent> {
    return runTurn(this.#ports, prompt, signal);
  }

  refusedFile(files: readonly PromptFile[]): RefusedFile | undefined {
    return refusedFile(files, this.#ports.model.sees());
  }
}

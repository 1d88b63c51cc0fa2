// The entries of `tools` that reach other agents, after parsing. Without the schema, so that what others import knows nothing of it.

/** Either an address, or filters in which a star stands for any characters. */
export interface AgentTarget {
  /** A prompt subject. */
  readonly address?: string;
  readonly agent?: string;
  readonly owner?: string;
  readonly name?: string;
}

export const questionReceivers = ["caller", "model", "deny"] as const;
/** Who answers what the other agent asks. */
export type QuestionReceiver = (typeof questionReceivers)[number];

export interface AgentToolConfig {
  readonly type: "agent";
  readonly name: string;
  readonly target: AgentTarget;
  /** Absent: what the agent says of itself. */
  readonly description?: string;
  readonly questions: QuestionReceiver;
  readonly questionTimeoutMs: number;
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
  readonly maxFilesBytes: number;
}

/** In the order of the public contract of agent tools. */
export const agentToolNames = [
  "discover_agents",
  "prompt_agent",
  "wait_agent",
  "answer_agent",
  "cancel_agent",
  "list_agent_calls",
] as const;

export type AgentToolName = (typeof agentToolNames)[number];

export interface AgentsToolConfig {
  readonly type: "agents";
  readonly name: string;
  readonly tools: readonly AgentToolName[];
  /** For one call. */
  readonly timeoutMs: number;
  /** For one `wait_agent`. */
  readonly maxWaitMs: number;
  /** Tracked in a turn. */
  readonly maxCalls: number;
  /** Of files that come back, for one call. */
  readonly maxFilesBytes: number;
  /** Absolute folders that files may be sent from, beside the turn's own. */
  readonly roots: readonly string[];
}

export interface HandoffToolConfig {
  readonly type: "handoff";
  readonly name: string;
  readonly target: AgentTarget;
  /** Absent: what the agent says of itself. */
  readonly description?: string;
  readonly questionTimeoutMs: number;
  readonly timeoutMs: number;
}

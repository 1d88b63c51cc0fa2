// One agent of the effective manifest: its own keys over the defaults of its file, and these over those of the main file.

import { type Absence, missingOf } from "./absence.ts";
import { buildBudget } from "./build-budgets.ts";
import { buildGuards } from "./build-guards.ts";
import { type Brokers, buildTriggers } from "./build-triggers.ts";
import { agentDefaults, callersDefaults, memoryDefaults, turnDefaults, withDefault } from "./defaults.ts";
import { buildKnowledge } from "./knowledge/build.ts";
import type { AgentConfig, CallersConfig, MemoryConfig, TurnConfig } from "./manifest.ts";
import type { ModelTable } from "./model-table.ts";
import type { AgentKeys } from "./schema-agent.ts";
import type { CallersKeys } from "./schema-callers.ts";
import type { MemoryKeys } from "./schema-memory.ts";
import type { TurnKeys } from "./schema-turn.ts";
import type { SkillsConfig } from "./skills/config.ts";
import { readSkills } from "./skills/read-skills.ts";
import type { Surroundings } from "./surroundings.ts";
import { buildTools } from "./tools/build.ts";

/** One place that may set an agent's keys; relative names in it belong to `folder`. */
export interface Layer {
  readonly keys: AgentKeys;
  readonly folder: string;
  /** Their paths start at the keys. */
  readonly absences: readonly Absence[];
}

/** `layers`: the agent's own keys first, then defaults by precedence. */
export function buildAgent(
  name: string,
  layers: readonly Layer[],
  source: string,
  parts: { readonly models: ModelTable; readonly brokers: Brokers; readonly surroundings: Surroundings },
): AgentConfig {
  const { models, brokers, surroundings } = parts;
  const keys = layers.reduceRight<AgentKeys>((lower, layer) => ({ ...lower, ...layer.keys }), agentDefaults());
  const chain = layers.find((layer) => layer.keys.model !== undefined);
  const knowing = layers.find((layer) => layer.keys.knowledge !== undefined);
  return {
    name,
    description: keys.description ?? `${name}, a Muster agent`,
    instructions: instructionsOf(layers, surroundings),
    models: (chain?.keys.model ?? []).map((reference) => models.use(reference, chain?.folder ?? "")),
    heartbeatMs: withDefault(keys.heartbeat, agentDefaults().heartbeat),
    concurrency: withDefault(keys.concurrency, agentDefaults().concurrency),
    queue: withDefault(keys.queue, agentDefaults().queue),
    deadlineMs: withDefault(keys.deadline, agentDefaults().deadline),
    dedupeMs: withDefault(keys.dedupe, agentDefaults().dedupe),
    maxHops: withDefault(keys.max_hops, agentDefaults().max_hops),
    attachments: withDefault(keys.attachments, agentDefaults().attachments),
    maxPayloadBytes: withDefault(keys.max_payload, agentDefaults().max_payload),
    replicas: withDefault(keys.replicas, agentDefaults().replicas),
    callers: buildCallers(keys.callers ?? {}),
    memory: buildMemory(keys.memory ?? {}),
    turn: buildTurn(keys.turn ?? {}, withDefault(keys.deadline, agentDefaults().deadline)),
    tools: buildTools(keys.tools ?? {}),
    ...(keys.skills === undefined ? {} : { skills: skillsOf(keys.skills, surroundings) }),
    ...(keys.knowledge === undefined
      ? {}
      : { knowledge: buildKnowledge(keys.knowledge, models.use(keys.knowledge.model, knowing?.folder ?? "")) }),
    budgets: (keys.budget ?? []).map(buildBudget),
    guards: buildGuards(keys.guards ?? {}),
    triggers: buildTriggers(keys.triggers ?? {}, brokers),
    approvalTimeoutMs: withDefault(keys.approval_timeout, agentDefaults().approval_timeout),
    source,
    ...missingOf(absencesThatCount(layers)),
  };
}

function skillsOf(folders: readonly string[], surroundings: Surroundings): SkillsConfig {
  const { skills, missing } = readSkills(folders, surroundings);
  return { folders, skills, missing };
}

function buildTurn({ steps, tool_calls: toolCalls, tokens, time }: TurnKeys, deadlineMs: number): TurnConfig {
  return {
    steps: withDefault(steps, turnDefaults().steps),
    toolCalls: withDefault(toolCalls, turnDefaults().tool_calls),
    ...(tokens === undefined ? {} : { tokens }),
    timeMs: time ?? deadlineMs,
  };
}

/** Only who signs can be on a list of those that are served. */
function buildCallers({ trust, allow = [], deny, approve, rate }: CallersKeys): CallersConfig {
  return {
    trust: allow.length > 0 ? "signed" : withDefault(trust, callersDefaults().trust),
    allow,
    deny: deny ?? [],
    approve: approve ?? [],
    ...(rate === undefined ? {} : { rate: { limit: rate.limit, perMs: rate.per } }),
  };
}

function buildMemory(keys: MemoryKeys): MemoryConfig {
  return {
    store: withDefault(keys.store, memoryDefaults().store),
    keepTurns: withDefault(keys.keep_turns, memoryDefaults().keep_turns),
    expireMs: withDefault(keys.expire, memoryDefaults().expire),
    summarise: withDefault(keys.summarise, memoryDefaults().summarise),
    conversations: withDefault(keys.conversations, memoryDefaults().conversations),
    conversationBytes: withDefault(keys.conversation_size, memoryDefaults().conversation_size),
    totalBytes: withDefault(keys.size, memoryDefaults().size),
  };
}

/** Of defaults, what the agent does not set itself. */
function absencesThatCount(layers: readonly Layer[]): readonly Absence[] {
  return layers.flatMap((layer) =>
    layer.absences.filter(({ path: [key] }) => {
      if (key === "instructions_file") return layer === instructedBy(layers);
      return (
        layer ===
        layers.find(({ keys }) => Object.entries(keys).some(([one, value]) => one === key && value !== undefined))
      );
    }),
  );
}

function instructedBy(layers: readonly Layer[]): Layer | undefined {
  return layers.find(({ keys }) => keys.instructions !== undefined || keys.instructions_file !== undefined);
}

function instructionsOf(layers: readonly Layer[], surroundings: Surroundings): string {
  const keys = instructedBy(layers)?.keys;
  if (keys?.instructions !== undefined || keys?.instructions_file === undefined) return keys?.instructions ?? "";
  const content = surroundings.readText(keys.instructions_file);
  return "text" in content ? content.text : "";
}

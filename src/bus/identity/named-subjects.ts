// The NATS subjects that a manifest itself names: what its agents' tools publish and ask, what their triggers hear, and where answers go.

import type { AgentConfig } from "../../manifest/manifest.ts";
import type { ToolConfig } from "../../manifest/tools/config.ts";
import type { TriggerConfig } from "../../manifest/trigger.ts";

/** Patterns of subjects, each once, in order. */
export interface NamedSubjects {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

export const noNamedSubjects: NamedSubjects = { publish: [], subscribe: [] };

/** What these agents need beside what every runtime needs, and no more. What only approval lets a tool do counts, too. */
export function namedSubjects(agents: Iterable<Pick<AgentConfig, "tools" | "triggers">>): NamedSubjects {
  const all = [...agents];
  const triggers = all.flatMap((agent) => agent.triggers);
  const tools = all.flatMap((agent) => agent.tools);
  return {
    publish: inOrder([...tools.flatMap(sentByTool), ...triggers.flatMap(deliveredTo)]),
    subscribe: inOrder(triggers.flatMap(heardBy)),
  };
}

function sentByTool(tool: ToolConfig): readonly string[] {
  return tool.type === "publish" || tool.type === "request" ? [...tool.allow, ...tool.ask] : [];
}

function deliveredTo({ deliver }: TriggerConfig): readonly string[] {
  return deliver?.type === "nats" ? [deliver.subject] : [];
}

function heardBy({ source }: TriggerConfig): readonly string[] {
  return source.type === "subject" ? [source.subject] : [];
}

/** A subject that is no text of Unicode would keep a server from reading its configuration. */
function inOrder(subjects: readonly string[]): readonly string[] {
  return [...new Set(subjects)].filter((subject) => subject.isWellFormed()).toSorted();
}

// What one running agent has of its documents: a tool for its model, passages for its prompts, and how the index fares.

import type { KnowledgeConfig } from "../manifest/knowledge/config.ts";
import { ToolError, type ToolHealth, type ToolSource } from "../tool/contract.ts";
import type { Recall, Recalled } from "../tool/recall/recall.ts";
import { citation } from "./citation.ts";
import type { KnowledgeStatus } from "./contract.ts";
import { KnowledgeError } from "./contract.ts";
import type { KnowledgeIndex } from "./index/knowledge-index.ts";
import { searchTool } from "./search-tool.ts";

export interface AgentKnowledge {
  /** Closing it lets the index go. */
  readonly source: ToolSource;
  /** Absent: nothing is put beside prompts. */
  readonly recall?: Recall;
  status(): KnowledgeStatus;
  /** What is not as it should be, and keeps no prompt from being served; undefined: nothing. */
  note(): string | undefined;
  onChange(listener: () => void): () => void;
}

/** `release`: called once, when the agent is done with it. */
export function agentKnowledge(
  config: KnowledgeConfig,
  index: KnowledgeIndex,
  release: () => Promise<void>,
): AgentKnowledge {
  const search = async (query: string, count: number, signal: AbortSignal) => {
    try {
      return await index.search(query, count, signal);
    } catch (cause) {
      if (!(cause instanceof KnowledgeError)) throw cause;
      throw new ToolError("unavailable", `The documents cannot be searched now: ${cause.message}`, { cause });
    }
  };
  const recalled = async (query: string, count: number, signal: AbortSignal): Promise<Recalled> => {
    const found = await search(query, count, signal);
    const note = incompleteness(index.status());
    return {
      passages: found.map((passage) => ({ source: citation(passage), text: passage.text })),
      ...(note === undefined ? {} : { note }),
    };
  };
  const tools = config.hasTool ? [searchTool(config.searchPassages, recalled)] : [];
  const { contextPassages } = config;
  return {
    source: {
      name: "knowledge",
      prepare: (signal) => index.known(signal).catch(() => undefined),
      tools: () => tools,
      health: () => healthOf(index.status()),
      onHealthChange: (listener) => onHealthChange(index, listener),
      close: release,
    },
    ...(contextPassages === 0
      ? {}
      : {
          recall: {
            passages: contextPassages,
            find: (prompt, signal) => recalled(prompt, contextPassages, signal),
          },
        }),
    status: () => index.status(),
    note: () => noteOf(index.status()),
    onChange: (listener) => index.onChange(listener),
  };
}

function healthOf({ state, reason = "" }: KnowledgeStatus): ToolHealth {
  return state === "degraded" ? { state: "degraded", reason } : { state: "ready" };
}

function onHealthChange(index: KnowledgeIndex, listener: () => void): () => void {
  let before = JSON.stringify(healthOf(index.status()));
  return index.onChange(() => {
    const now = JSON.stringify(healthOf(index.status()));
    if (now === before) return;
    before = now;
    listener();
  });
}

/** For the model: what it does not find may be in what is still missing. What can't be read is the operator's to see to: a small model repeats what it is told. */
function incompleteness({ waiting, documents }: KnowledgeStatus): string | undefined {
  if (waiting === 0) return undefined;
  return `The search does not cover everything yet: ${waiting} of ${documents + waiting} documents are still to be indexed`;
}

/** For the operator; coarse, since each other note is told at once. */
function noteOf({ waiting, failed, notes }: KnowledgeStatus): string | undefined {
  const parts = [
    ...(waiting > 0 ? ["documents are being indexed"] : []),
    ...(failed > 0 ? [`${failed} ${failed === 1 ? "document" : "documents"} cannot be read`] : []),
    ...notes.slice(0, 1),
  ];
  return parts.length === 0 ? undefined : `knowledge: ${parts.join(", ")}`;
}

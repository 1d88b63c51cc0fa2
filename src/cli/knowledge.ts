// `muster knowledge`: which documents agents know, which could not be read, what a search finds in them; and indexes that are removed.

import { mostPassages } from "../manifest/knowledge/config.ts";
import { askRuntime, ControlError } from "../runtime/control-client.ts";
import {
  isKnowledgeReport,
  isRemovalReport,
  isSearchReport,
  type KnowledgeReport,
  type KnowledgeRequest,
  type SearchReport,
} from "../runtime/knowledge-wire.ts";
import { askLocalRuntime } from "./ask-runtime.ts";
import { unknownAgent } from "./change-agent.ts";
import type { Command, Invocation } from "./command.ts";
import { CommandError, exitCode, usageError } from "./command-error.ts";
import { jsonOption, stateOption } from "./common-options.ts";
import { foundText, knowledgeText, knowledgeToJson } from "./knowledge-text.ts";
import type { Terminal } from "./terminal.ts";

const actions = ["ls", "search", "rm"] as const;
const defaultTop = 5;
const timeoutMs = 90_000;

export const command: Command = {
  name: "knowledge",
  summary: "List the documents that agents know, try what a search finds in them, remove an index",
  details: [
    "ls lists the documents of all agents with knowledge, or of one, with those that could not be read and why. search gives the passages " +
      "that the agent's model would get for a query.",
    "rm removes the index of an agent that knows documents no more: ls names those that are left over. With --rebuild it throws away the " +
      "index of one that does, which is then made anew.",
    "Exit codes: 0 done, 1 error or no search possible now, 2 usage, 3 no such agent, or it knows no documents, or no such index.",
  ],
  args: [
    { name: "ACTION", description: "ls, search or rm; without it: ls", isOptional: true, complete: actions },
    { name: "AGENT", description: "whose documents", isOptional: true, complete: "agents" },
    { name: "QUERY", description: "what to search for", isOptional: true, complete: "none" },
  ],
  options: {
    rebuild: { description: "with rm: also of an agent that knows documents; its index is made anew" },
    top: { value: "N", description: `passages at most; default ${defaultTop}`, complete: "none" },
    ...jsonOption,
    ...stateOption,
  },
  examples: [
    { line: "muster knowledge", does: "documents of all agents, and how far indexing is" },
    { line: 'muster knowledge search assistant "oil change"', does: "what its model would get" },
    { line: "muster knowledge rm old-assistant", does: "its agent is gone" },
    { line: "muster knowledge rm assistant --rebuild", does: "its embedding model is another under the same name" },
    {
      line: "muster knowledge ls --json | jq '.agents[].documents[] | select(.error)'",
      does: "what could not be read",
    },
  ],
  run: knowledge,
};

async function knowledge(invocation: Invocation, terminal: Terminal): Promise<number> {
  const [word = "ls", agent, query] = invocation.args;
  const action = actions.find((one) => one === word);
  if (action === undefined)
    throw usageError(`"muster knowledge" does not know "${word}"; it has ${actions.join(", ")}`);
  if (action === "ls") {
    if (query !== undefined) throw usageError('"muster knowledge ls" takes no query');
    return list(agent, invocation, terminal);
  }
  if (action === "rm") {
    if (agent === undefined || query !== undefined) throw usageError('"muster knowledge rm" needs one agent');
    return remove(agent, invocation, terminal);
  }
  if (agent === undefined || query === undefined || query.trim() === "")
    throw usageError(
      '"muster knowledge search" needs an agent and a query, such as: muster knowledge search assistant "oil change"',
    );
  return search({ op: "search-knowledge", agent, query, top: topOf(invocation.text("top")) }, invocation, terminal);
}

async function list(agent: string | undefined, invocation: Invocation, terminal: Terminal): Promise<number> {
  const request = { op: "knowledge", ...(agent === undefined ? {} : { agent }) } as const;
  const report = await ask(request, isKnowledgeReport, invocation, terminal);
  if (agent !== undefined && report.agents.length === 0) throw unknown(agent, report.served);
  show(report, invocation, terminal);
  return exitCode.ok;
}

async function remove(agent: string, invocation: Invocation, terminal: Terminal): Promise<number> {
  const request = { op: "remove-knowledge", agent, rebuild: invocation.flag("rebuild") } as const;
  const { type } = await ask(request, isRemovalReport, invocation, terminal);
  switch (type) {
    case "removed":
      terminal.err(terminal.safeErr(`The index of agent "${agent}" is removed\n`));
      return exitCode.ok;
    case "rebuilding":
      terminal.err(terminal.safeErr(`The index of agent "${agent}" is removed, and made anew\n`));
      return exitCode.ok;
    case "in-use":
      throw new CommandError(
        `Agent "${agent}" knows documents: nothing was removed. To have its index made anew while it runs, add --rebuild`,
      );
    case "unknown":
      throw new CommandError(`No index of "${agent}" is left over. See "muster knowledge"`, exitCode.noSuchAgent);
  }
}

function show(report: KnowledgeReport, invocation: Invocation, terminal: Terminal): void {
  if (invocation.flag("json")) terminal.out(`${JSON.stringify(knowledgeToJson(report), null, 2)}\n`);
  else if (report.agents.length + report.leftOver.length === 0) terminal.err("No agent knows any documents\n");
  else terminal.out(knowledgeText(report));
}

type SearchRequest = Extract<KnowledgeRequest, { readonly op: "search-knowledge" }>;

async function search(request: SearchRequest, invocation: Invocation, terminal: Terminal): Promise<number> {
  const report: SearchReport = await ask(request, isSearchReport, invocation, terminal);
  if (report.type === "unknown") throw unknown(request.agent, report.served);
  if (invocation.flag("json")) {
    terminal.out(`${JSON.stringify({ passages: report.passages, ms: report.ms }, null, 2)}\n`);
  } else if (report.passages.length === 0) terminal.err("Nothing was found\n");
  else terminal.out(foundText(report.passages));
  return exitCode.ok;
}

async function ask<Answer>(
  request: KnowledgeRequest,
  isAnswer: (value: unknown) => value is Answer,
  invocation: Invocation,
  terminal: Terminal,
): Promise<Answer> {
  return askLocalRuntime(invocation, terminal, async (directory) => {
    const result = await askRuntime(directory, request, timeoutMs);
    if (isAnswer(result)) return result;
    throw new ControlError("The runtime's answer cannot be read: it is of another version than this command");
  });
}

function unknown(agent: string, served: readonly string[]): CommandError {
  if (!served.includes(agent)) return unknownAgent(agent, served);
  return new CommandError(`Agent "${agent}" knows no documents: its manifest has no knowledge`, exitCode.noSuchAgent);
}

function topOf(given: string | undefined): number {
  if (given === undefined) return defaultTop;
  const top = /^\d{1,3}$/.test(given) ? Number(given) : 0;
  if (top >= 1 && top <= mostPassages) return top;
  throw usageError(`Found --top "${given}", accepted is a whole number from 1 to ${mostPassages}`);
}

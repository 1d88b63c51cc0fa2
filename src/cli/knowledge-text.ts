// What agents know from documents, as people and programs read it.

import { readableSize } from "../runtime/doctor/readable-size.ts";
import type { KnowledgeReport, ShownPassage } from "../runtime/knowledge-wire.ts";
import { neutralise, neutraliseLine } from "../telemetry/neutralise.ts";
import { formatTable } from "./table.ts";

type AgentReport = KnowledgeReport["agents"][number];
type Status = AgentReport["status"];

export function knowledgeText({ agents, leftOver }: KnowledgeReport): string {
  const rows = leftOver.map(({ agent, bytes }) => [neutraliseLine(agent), readableSize(bytes)]);
  const lost =
    rows.length === 0
      ? []
      : [
          `Left over, of agents that know no documents now ("muster knowledge rm"):\n${formatTable(["INDEX", "SIZE"], rows)}`,
        ];
  return [...agents.map(agentText), ...lost].join("\n");
}

/** `indexing, 12 documents with 340 passages, 5 waiting`. */
export function statusWords({ state, documents, passages, waiting, failed, reason }: Status): string {
  const counts = [
    `${documents} documents with ${passages} passages`,
    ...(waiting === 0 ? [] : [`${waiting} waiting`]),
    ...(failed === 0 ? [] : [`${failed} cannot be read`]),
  ];
  return neutraliseLine(`${state}, ${counts.join(", ")}${reason === undefined ? "" : `: ${reason}`}`);
}

function agentText({ agent, status, documents, isCut }: AgentReport): string {
  const rows = documents.map(({ file, passages, error, atMs }) => [
    neutraliseLine(file),
    error === undefined ? String(passages) : "",
    shortTime(atMs),
    neutraliseLine(error ?? ""),
  ]);
  const hasErrors = documents.some(({ error }) => error !== undefined);
  const columns = hasErrors ? 4 : 3;
  const table = formatTable(
    ["DOCUMENT", "PASSAGES", "INDEXED", "CANNOT BE READ"].slice(0, columns),
    rows.map((row) => row.slice(0, columns)),
  );
  return [
    `Agent ${neutraliseLine(agent)}: ${statusWords(status)}\n`,
    ...status.notes.map((note) => `Note: ${neutraliseLine(note)}\n`),
    rows.length === 0 ? "" : table,
    isCut ? "More are not listed\n" : "",
  ].join("");
}

/** The best first, each under its source. */
export function foundText(passages: readonly ShownPassage[]): string {
  return passages
    .map(
      ({ source, score, text }) => `[${neutraliseLine(source)}]  ${score.toFixed(4)}\n${indented(neutralise(text))}\n`,
    )
    .join("\n");
}

/** Stable: programs read it. */
export function knowledgeToJson({ agents, leftOver }: KnowledgeReport) {
  return {
    left_over: leftOver.map(({ agent, bytes }) => ({ agent, bytes })),
    agents: agents.map(({ agent, status, documents, isCut }) => ({
      agent,
      state: status.state,
      reason: status.reason ?? null,
      notes: status.notes,
      counts: {
        documents: status.documents,
        passages: status.passages,
        waiting: status.waiting,
        failed: status.failed,
      },
      documents: documents.map(({ file, path, passages, error, atMs }) => ({
        file,
        path,
        passages,
        error: error ?? null,
        at: new Date(atMs).toISOString(),
      })),
      is_cut: isCut,
    })),
  };
}

function indented(text: string): string {
  return text
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");
}

function shortTime(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString().replace(/\.\d+Z$/, "Z");
}

// What agents know from documents, for whoever looks after them: as it is asked and told over the control socket.

import { citation } from "../knowledge/citation.ts";
import type { IndexedDocument, KnowledgeStatus } from "../knowledge/contract.ts";
import type { KnowledgeDesk } from "../knowledge/knowledge-desk.ts";
import type { LeftOverIndex } from "../knowledge/left-over.ts";
import { mostPassages } from "../manifest/knowledge/config.ts";

export type KnowledgeRequest =
  /** Absent agent: of all. The result is a `KnowledgeReport`. */
  | { readonly op: "knowledge"; readonly agent?: string }
  /** The result is a `SearchReport`. */
  | { readonly op: "search-knowledge"; readonly agent: string; readonly query: string; readonly top: number }
  /** `rebuild`: also of an agent that knows documents, whose index is made anew then. The result is a `RemovalReport`. */
  | { readonly op: "remove-knowledge"; readonly agent: string; readonly rebuild: boolean };

export const knowledgeOperations = ["knowledge", "search-knowledge", "remove-knowledge"] as const;

/** `in-use`: of an agent that knows documents, and nothing was done. `unknown`: there is no index of that name. */
export interface RemovalReport {
  readonly type: "removed" | "rebuilding" | "in-use" | "unknown";
}

export interface KnowledgeReport {
  readonly agents: readonly {
    readonly agent: string;
    readonly status: KnowledgeStatus;
    readonly documents: readonly IndexedDocument[];
    /** There are more. */
    readonly isCut: boolean;
  }[];
  /** Names of agents that are served, whether they know documents or not. */
  readonly served: readonly string[];
  /** Indexes of agents that know documents no more. */
  readonly leftOver: readonly LeftOverIndex[];
}

/** Agents of the runtime by name. */
export interface KnowingAgents {
  readonly served: readonly string[];
  /** Those that are declared to know documents, running or not. */
  readonly knowing: readonly string[];
}

export type SearchReport =
  | { readonly type: "found"; readonly passages: readonly ShownPassage[]; readonly ms: number }
  /** It knows no documents, or there is no such agent. */
  | { readonly type: "unknown"; readonly served: readonly string[]; readonly knowing: readonly string[] };

export interface ShownPassage {
  /** As a model reads and cites it. */
  readonly source: string;
  readonly file: string;
  readonly headings: readonly string[];
  readonly page?: number;
  readonly line?: number;
  readonly text: string;
  readonly score: number;
}

/** Of one agent. */
const maxDocuments = 10_000;
const searchMs = 60_000;

/** The runtime's end of it. Rejects with what keeps it from searching. */
export async function answerKnowledge(
  request: KnowledgeRequest,
  desk: KnowledgeDesk,
  { served, knowing }: KnowingAgents,
): Promise<KnowledgeReport | SearchReport | RemovalReport> {
  if (request.op === "knowledge") return reportOf(desk, request.agent, { served, knowing });
  if (request.op === "remove-knowledge") return remove(request, desk, knowing);
  const { agent, query, top } = request;
  const index = desk.of(agent);
  if (index === undefined) return { type: "unknown", served, knowing: desk.agents() };
  const startedAt = performance.now();
  const found = await index.search(query, top, AbortSignal.timeout(searchMs));
  const passages = found.map((passage) => ({ ...passage, source: citation(passage) }));
  return { type: "found", passages, ms: Math.round(performance.now() - startedAt) };
}

async function reportOf(
  desk: KnowledgeDesk,
  agent: string | undefined,
  { served, knowing }: KnowingAgents,
): Promise<KnowledgeReport> {
  const names = desk.agents().filter((name) => agent === undefined || name === agent);
  const agents: KnowledgeReport["agents"][number][] = [];
  for (const name of names) {
    const index = desk.of(name);
    if (index === undefined) continue;
    const documents = await index.documents(maxDocuments + 1);
    const isCut = documents.length > maxDocuments;
    agents.push({ agent: name, status: index.status(), documents: documents.slice(0, maxDocuments), isCut });
  }
  return { agents, served, leftOver: desk.leftOver(knowing) };
}

type RemoveRequest = Extract<KnowledgeRequest, { readonly op: "remove-knowledge" }>;

/** Rejects with what keeps files from being removed. */
async function remove(
  { agent, rebuild }: RemoveRequest,
  desk: KnowledgeDesk,
  knowing: readonly string[],
): Promise<RemovalReport> {
  const index = desk.of(agent);
  if (index !== undefined || knowing.includes(agent)) {
    if (!rebuild || index === undefined) return { type: "in-use" };
    await index.makeAnew();
    return { type: "rebuilding" };
  }
  const found = desk.leftOver(knowing).find((one) => one.agent === agent);
  if (found === undefined) return { type: "unknown" };
  desk.removeLeftOver(found);
  return { type: "removed" };
}

/** The request, the text of what is wrong with it, or undefined when it is none of these. */
export function decodeKnowledgeRequest(
  fields: Readonly<Record<string, unknown>>,
): KnowledgeRequest | string | undefined {
  const { op, agent, query, top, rebuild } = fields;
  if (op !== "knowledge" && op !== "search-knowledge" && op !== "remove-knowledge") return undefined;
  if (agent !== undefined && typeof agent !== "string") return '"agent" is not a text';
  if (op === "knowledge") return { op, ...(agent === undefined ? {} : { agent }) };
  if (op === "remove-knowledge")
    return agent === undefined ? '"agent" is missing' : { op, agent, rebuild: rebuild === true };
  if (agent === undefined || typeof query !== "string") return '"agent" and "query" are not both texts';
  const isCount = typeof top === "number" && Number.isSafeInteger(top) && top >= 1 && top <= mostPassages;
  return isCount ? { op, agent, query, top } : `"top" is no whole number from 1 to ${mostPassages}`;
}

export function isKnowledgeReport(value: unknown): value is KnowledgeReport {
  if (!isRecord(value) || !isTextList(value["served"]) || !Array.isArray(value["agents"])) return false;
  if (!Array.isArray(value["leftOver"]) || !value["leftOver"].every(isLeftOver)) return false;
  return value["agents"].every(
    (one) =>
      isRecord(one) &&
      typeof one["agent"] === "string" &&
      isStatus(one["status"]) &&
      Array.isArray(one["documents"]) &&
      one["documents"].every(isDocument),
  );
}

export function isRemovalReport(value: unknown): value is RemovalReport {
  return isRecord(value) && ["removed", "rebuilding", "in-use", "unknown"].includes(String(value["type"]));
}

export function isSearchReport(value: unknown): value is SearchReport {
  if (!isRecord(value)) return false;
  if (value["type"] === "unknown") return isTextList(value["served"]) && isTextList(value["knowing"]);
  return value["type"] === "found" && Array.isArray(value["passages"]) && value["passages"].every(isPassage);
}

function isLeftOver(value: unknown): boolean {
  return isRecord(value) && typeof value["agent"] === "string" && typeof value["bytes"] === "number";
}

function isStatus(value: unknown): boolean {
  if (!isRecord(value) || typeof value["state"] !== "string" || !isTextList(value["notes"])) return false;
  return ["documents", "passages", "waiting", "failed"].every((count) => typeof value[count] === "number");
}

function isDocument(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const isNamed = typeof value["file"] === "string" && typeof value["path"] === "string";
  const isCounted = typeof value["passages"] === "number" && typeof value["atMs"] === "number";
  return isNamed && isCounted && (value["error"] === undefined || typeof value["error"] === "string");
}

function isPassage(value: unknown): boolean {
  if (!isRecord(value) || !isTextList(value["headings"]) || typeof value["score"] !== "number") return false;
  return ["source", "file", "text"].every((text) => typeof value[text] === "string");
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every((text) => typeof text === "string");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

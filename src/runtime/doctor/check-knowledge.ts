// Can an agent answer from its documents? They are there, the model makes vectors, and SQLite can search them.

import type { KnowledgeStatus } from "../../knowledge/contract.ts";
import type { Check } from "./check.ts";
import { type Finding, ok, problem, problemOf, skipped, warning } from "./finding.ts";

export interface KnowledgeFacts {
  readonly agent: string;
  /** Name of the embedding model in the manifest. */
  readonly model: string;
  /** What a runtime says of its index; undefined when none tells. */
  readonly status: KnowledgeStatus | undefined;
  readonly limitMs: number;
  /** Why the model is not asked; undefined when it is. */
  readonly skip: string | undefined;
  /** Rejects with the signal's reason only. */
  readonly documents: (signal: AbortSignal) => Promise<{ readonly count: number; readonly notes: readonly string[] }>;
  /** Why this executable cannot search vectors; undefined: it can. */
  readonly noVectors: string | undefined;
  /** Why vectors cannot be searched here, though the executable can; undefined: they can. Never rejects. */
  readonly extensionProblem: () => Promise<string | undefined>;
  /** How many numbers a vector of the model has. Rejects with why there is none. */
  readonly dimensions: (signal: AbortSignal) => Promise<number>;
}

/** For folders that are slow to list. */
const graceMs = 30_000;

export function checkKnowledge(facts: KnowledgeFacts): Check {
  return {
    name: `knowledge ${facts.agent}`,
    deadlineMs: facts.limitMs + graceMs,
    examine: async (signal) => [
      await documentsFinding(facts, signal),
      ...(await searchFindings(facts)),
      await modelFinding(facts, signal),
    ],
  };
}

async function documentsFinding(facts: KnowledgeFacts, signal: AbortSignal): Promise<Finding> {
  const { agent, status } = facts;
  const { count, notes } = await facts.documents(signal);
  const [note] = notes;
  if (note !== undefined)
    return warning(`${count} documents, and ${note}`, "See docs/knowledge.md for what is left out");
  if (count === 0) return warning("No documents are there", `Put some where knowledge.paths of "${agent}" says`);
  if ((status?.failed ?? 0) > 0)
    return warning(
      `${count} documents, ${status?.failed ?? 0} of them cannot be read`,
      `muster knowledge ls ${agent} says which, and why`,
    );
  return ok(count === 1 ? "1 document" : `${count} documents`, { documents: count });
}

async function searchFindings(facts: KnowledgeFacts): Promise<readonly Finding[]> {
  const { noVectors } = facts;
  if (noVectors === undefined) return indexFindings(facts);
  const byWords = warning(
    `They are found by words alone: ${noVectors}`,
    "An executable for Linux with glibc finds them by meaning, too",
  );
  return [byWords, ...(await indexFindings(facts))];
}

async function indexFindings({ status, extensionProblem }: KnowledgeFacts): Promise<readonly Finding[]> {
  if (status?.state === "degraded")
    return [
      problem(
        `The runtime says: ${status.reason ?? "they cannot be searched"}`,
        "It tries again by itself; muster logs says more",
      ),
    ];
  if (status !== undefined) {
    const { documents, passages, waiting } = status;
    const rest = waiting === 0 ? "" : `, ${waiting} wait to be indexed`;
    return [
      ok(`The runtime has ${documents} indexed, with ${passages} passages${rest}`, { documents, passages, waiting }),
    ];
  }
  const reason = await extensionProblem();
  return reason === undefined ? [] : [problemOf(reason, "See docs/knowledge.md for what the search needs")];
}

async function modelFinding(facts: KnowledgeFacts, signal: AbortSignal): Promise<Finding> {
  const { model, skip, limitMs, noVectors } = facts;
  if (noVectors !== undefined) return skipped(`Model "${model}" is not asked: no vectors are wanted of it here`);
  if (skip !== undefined) return skipped(skip);
  try {
    const dimensions = await facts.dimensions(AbortSignal.any([signal, AbortSignal.timeout(limitMs)]));
    return ok(`Model "${model}" makes vectors of ${dimensions} numbers`, { dimensions });
  } catch (error) {
    signal.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    return problemOf(
      reason,
      `Name an embedding model as knowledge.model of "${facts.agent}", and see that it is there`,
    );
  }
}

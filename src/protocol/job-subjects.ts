// Subjects and names of kept jobs (docs/jobs.md): a prompt that waits in JetStream until its agent can answer it. Ours, not the protocol's.

import type { AgentAddress } from "./subjects.ts";
import { isSubjectToken } from "./subjects.ts";

/** Harness and operator: what shares one store. */
export type JobOwner = Pick<AgentAddress, "agent" | "owner">;

/** `here`: beside the agents that run them. `outbox`: on a hub, for the agents of a machine that fetches them when its link is up. */
export type JobPlace = "here" | "outbox";

/** The queue, where clients publish: `muster.jobs.{agent}.{owner}.{name}`. Throws a `RangeError` for a token that cannot stand in a subject. */
export function jobSubject(address: AgentAddress, place: JobPlace = "here"): string {
  return subject(queueWord(place), address);
}

/** The result of one job, once: `muster.results.{agent}.{owner}.{name}.{id}`. */
export function jobResultSubject(address: AgentAddress, id: string, place: JobPlace = "here"): string {
  return `${subject(resultWord(place), address)}.${id}`;
}

/** What was tried so far: `muster.progress.{agent}.{owner}.{name}.{id}`. */
export function jobProgressSubject(address: AgentAddress, id: string): string {
  return `${subject("progress", address)}.${id}`;
}

/** A job that a hub waits for: `muster.unsent.{agent}.{owner}.{name}.{id}`. */
export function unsentSubject(address: AgentAddress, id: string): string {
  return `${subject("unsent", address)}.${id}`;
}

/** Every job of an owner's agents. */
export function ownersJobs(owner: JobOwner, place: JobPlace = "here"): string {
  return everyAgent(queueWord(place), owner);
}

/** Every result of an owner's agents. */
export function ownersResults(owner: JobOwner, place: JobPlace = "here"): string {
  return `${everyAgent(resultWord(place), owner)}.*`;
}

/** Every mark of a job that a hub waits for. */
export function ownersUnsent(owner: JobOwner): string {
  return `${everyAgent("unsent", owner)}.*`;
}

/** All that is kept beside an owner's queue. */
export function ownersRecords(owner: JobOwner, place: JobPlace = "here"): readonly string[] {
  const results = ownersResults(owner, place);
  return place === "here" ? [results, `${everyAgent("progress", owner)}.*`, ownersUnsent(owner)] : [results];
}

/** Matches the queue of every owner. */
export function allJobs(place: JobPlace): string {
  return `muster.${queueWord(place)}.>`;
}

/** `=` stands in no token of a manifest, so that two owners never share a name. */
export function jobStream({ agent, owner }: JobOwner, place: JobPlace = "here"): string {
  return `${place === "here" ? "MUSTER_JOBS" : "MUSTER_OUTBOX"}=${agent}=${owner}`;
}

export function recordStream({ agent, owner }: JobOwner, place: JobPlace = "here"): string {
  return `${place === "here" ? "MUSTER_JOB_RESULTS" : "MUSTER_OUTBOX_RESULTS"}=${agent}=${owner}`;
}

/** The owner in the name of a queue's stream; undefined for any other stream. */
export function parseJobStream(name: string, place: JobPlace): JobOwner | undefined {
  const [, agent, owner] = name.split("=");
  if (agent === undefined || owner === undefined || jobStream({ agent, owner }, place) !== name) return undefined;
  return { agent, owner };
}

/** The agent in a subject of a queue; undefined for any other subject. */
export function parseJobSubject(text: string): AgentAddress | undefined {
  return parse(["jobs", "outbox"], text, 5)?.address;
}

/** Agent and id in a subject of a result, or of a mark; undefined for any other subject. */
export function parseResultSubject(text: string): { readonly address: AgentAddress; readonly id: string } | undefined {
  return parse(["results", "outbox-results", "unsent"], text, 6);
}

function queueWord(place: JobPlace): string {
  return place === "here" ? "jobs" : "outbox";
}

function resultWord(place: JobPlace): string {
  return place === "here" ? "results" : "outbox-results";
}

function everyAgent(word: string, { agent, owner }: JobOwner): string {
  return subject(word, { agent, owner, name: "*" }, ["*"]);
}

function subject(word: string, address: AgentAddress, wildcards: readonly string[] = []): string {
  for (const token of [address.agent, address.owner, address.name]) {
    if (!isSubjectToken(token) && !wildcards.includes(token)) {
      throw new RangeError(`Cannot use ${JSON.stringify(token)} as a subject token`);
    }
  }
  return `muster.${word}.${address.agent}.${address.owner}.${address.name}`;
}

function parse(
  words: readonly string[],
  text: string,
  tokens: number,
): { address: AgentAddress; id: string } | undefined {
  const parts = text.split(".");
  const [root, word, agent, owner, name, id = ""] = parts;
  if (root !== "muster" || word === undefined || !words.includes(word) || parts.length !== tokens) return undefined;
  if (agent === undefined || owner === undefined || name === undefined) return undefined;
  return { address: { agent, owner, name }, id };
}

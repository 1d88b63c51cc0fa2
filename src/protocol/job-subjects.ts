// Subjects and names of kept jobs (docs/jobs.md): a prompt that waits in JetStream until its agent can answer it. Ours, not the protocol's.

import type { AgentAddress } from "./subjects.ts";
import { isSubjectToken } from "./subjects.ts";

/** Harness and operator: what shares one store. */
export type JobOwner = Pick<AgentAddress, "agent" | "owner">;

/** The queue, where clients publish: `muster.jobs.{agent}.{owner}.{name}`. Throws a `RangeError` for a token that cannot stand in a subject. */
export function jobSubject(address: AgentAddress): string {
  return subject("jobs", address);
}

/** The result of one job, once: `muster.results.{agent}.{owner}.{name}.{id}`. */
export function jobResultSubject(address: AgentAddress, id: string): string {
  return `${subject("results", address)}.${id}`;
}

/** What was tried so far: `muster.progress.{agent}.{owner}.{name}.{id}`. */
export function jobProgressSubject(address: AgentAddress, id: string): string {
  return `${subject("progress", address)}.${id}`;
}

/** Every job of an owner's agents. */
export function ownersJobs({ agent, owner }: JobOwner): string {
  return subject("jobs", { agent, owner, name: "*" }, ["*"]);
}

/** Every result and every progress record of an owner's agents. */
export function ownersRecords({ agent, owner }: JobOwner): readonly string[] {
  const address = { agent, owner, name: "*" };
  return [`${subject("results", address, ["*"])}.*`, `${subject("progress", address, ["*"])}.*`];
}

/** Matches the queue of every owner. */
export const allJobs = "muster.jobs.>";

/** `=` stands in no token of a manifest, so that two owners never share a name. */
export function jobStream({ agent, owner }: JobOwner): string {
  return `MUSTER_JOBS=${agent}=${owner}`;
}

export function recordStream({ agent, owner }: JobOwner): string {
  return `MUSTER_JOB_RESULTS=${agent}=${owner}`;
}

/** The agent in a subject of the queue; undefined for any other subject. */
export function parseJobSubject(text: string): AgentAddress | undefined {
  return parse("jobs", text, 5)?.address;
}

/** Agent and id in a subject of a result; undefined for any other subject. */
export function parseResultSubject(text: string): { readonly address: AgentAddress; readonly id: string } | undefined {
  return parse("results", text, 6);
}

function subject(
  kind: "jobs" | "results" | "progress",
  address: AgentAddress,
  wildcards: readonly string[] = [],
): string {
  for (const token of [address.agent, address.owner, address.name]) {
    if (!isSubjectToken(token) && !wildcards.includes(token)) {
      throw new RangeError(`Cannot use ${JSON.stringify(token)} as a subject token`);
    }
  }
  return `muster.${kind}.${address.agent}.${address.owner}.${address.name}`;
}

function parse(kind: string, text: string, tokens: number): { address: AgentAddress; id: string } | undefined {
  const parts = text.split(".");
  const [root, which, agent, owner, name, id = ""] = parts;
  if (root !== "muster" || which !== kind || parts.length !== tokens) return undefined;
  if (agent === undefined || owner === undefined || name === undefined) return undefined;
  return { address: { agent, owner, name }, id };
}

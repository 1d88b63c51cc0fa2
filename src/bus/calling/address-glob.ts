// Which agents are meant by an owner and an address pattern with stars: `helper`, `ops/*`, `*/press/line-*`.

import { matchesGlob } from "../../protocol/glob.ts";
import type { FoundAgent } from "./address.ts";
import { parseAgentSubject } from "../../protocol/subjects.ts";
import { groupInstances, parseAddress } from "./address.ts";
import type { AgentRecord } from "../../protocol/registration.ts";

export interface AgentSelection {
  /** The whole owner, as its record or its subject says it. */
  readonly owner?: string;
  /** `NAME`, `OWNER/NAME` or `AGENT/OWNER/NAME`; a star stands for any characters of its part. */
  readonly pattern?: string;
}

/** The agents that fit both, in order of address; all of them when neither is given. Throws a `RangeError` for what is no pattern. */
export function selectAgents(selection: AgentSelection, records: readonly AgentRecord[]): FoundAgent[] {
  const pattern = selection.pattern === undefined ? {} : parseAddress(selection.pattern);
  if (pattern === undefined) throw new RangeError(`"${selection.pattern ?? ""}" is no address pattern`);
  const wanted = { name: "*", owner: "*", agent: "*", ...pattern };
  return groupInstances(
    records.filter((record) => {
      const tokens = parseAgentSubject(record.promptSubject)?.address;
      const owners = [record.owner, ...(tokens === undefined ? [] : [tokens.owner])];
      const agents = [record.agent, ...(tokens === undefined ? [] : [tokens.agent])];
      return (
        (selection.owner === undefined || owners.includes(selection.owner)) &&
        matchesGlob(wanted.name, record.name) &&
        owners.some((owner) => matchesGlob(wanted.owner, owner)) &&
        agents.some((agent) => matchesGlob(wanted.agent, agent))
      );
    }),
  );
}

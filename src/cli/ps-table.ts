// Instances of a roster as `muster ps` shows them: one line an agent, and the same as JSON.

import type { RosterEntry, RosterState } from "../bus/calling/roster.ts";
import type { UnusableRecord } from "../protocol/registration.ts";
import { neutraliseLine } from "../telemetry/neutralise.ts";
import { styleFor } from "./style.ts";
import { formatTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";

/** All instances that share agent, owner and name. */
export interface ListedAgent {
  readonly agent: string;
  readonly owner: string;
  readonly name: string;
  /** The best of its instances: that one answers. */
  readonly state: RosterState;
  readonly reason?: string;
  readonly lastBeatAgeS?: number;
  readonly versions: readonly string[];
  /** Verified when all its instances are; absent: none names an identity. */
  readonly trust?: "verified" | "claimed";
  readonly instances: readonly (RosterEntry & { readonly lastBeatAgeS?: number })[];
}

const order: readonly RosterState[] = ["ready", "online", "starting", "silent", "degraded", "draining", "offline"];

/** In order of agent, owner and name. `nowMs`: the roster's clock. */
export function groupAgents(entries: readonly RosterEntry[], nowMs: number): ListedAgent[] {
  const withAge = entries.map((entry) => ({
    ...entry,
    ...(entry.lastBeatMs === undefined
      ? {}
      : { lastBeatAgeS: Math.max(0, Math.round((nowMs - entry.lastBeatMs) / 100) / 10) }),
  }));
  const groups = Map.groupBy(withAge, ({ agent, owner, name }) => JSON.stringify([agent, owner, name]));
  return [...groups.values()].flatMap((instances) => {
    const [best] = instances.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
    if (best === undefined) return [];
    const ages = instances.flatMap(({ lastBeatAgeS }) => lastBeatAgeS ?? []);
    return [
      {
        agent: best.agent,
        owner: best.owner,
        name: best.name,
        state: best.state,
        ...(best.reason === undefined ? {} : { reason: best.reason }),
        ...(ages.length === 0 ? {} : { lastBeatAgeS: Math.min(...ages) }),
        ...trustOf(instances),
        versions: [...new Set(instances.flatMap(({ version }) => version ?? []))],
        instances,
      },
    ];
  });
}

function trustOf(instances: readonly RosterEntry[]): Pick<ListedAgent, "trust"> {
  if (instances.every(({ trust }) => trust === undefined)) return {};
  return { trust: instances.every(({ trust }) => trust === "verified") ? "verified" : "claimed" };
}

export function psTable(agents: readonly ListedAgent[], terminal: Pick<Terminal, "hasColour">): string {
  const notes = agents.map(noteOf);
  const hasNotes = notes.some((note) => note !== "");
  const hasTrust = agents.some(({ trust }) => trust !== undefined);
  const header = [
    "AGENT",
    "OWNER",
    "NAME",
    "STATE",
    "LAST BEAT",
    "VERSION",
    "INSTANCES",
    "IN USE",
    ...(hasTrust ? ["TRUST"] : []),
    ...(hasNotes ? ["NOTE"] : []),
  ];
  const rows = agents.map((agent, index) => [
    agent.agent,
    agent.owner,
    agent.name,
    stateText(agent),
    agent.lastBeatAgeS === undefined ? "never" : `${formatAge(agent.lastBeatAgeS)} ago`,
    agent.versions.join(", "),
    String(agent.instances.length),
    useText(agent),
    ...(hasTrust ? [agent.trust ?? ""] : []),
    ...(hasNotes ? [notes[index] ?? ""] : []),
  ]);
  const text = formatTable(
    header,
    rows.map((row) => row.map(neutraliseLine)),
  );
  return colourStates(text, agents, terminal);
}

/** `--json`: stable, programs read it. Ages are in seconds. */
export function psToJson(
  server: string,
  agents: readonly ListedAgent[],
  unusable: readonly UnusableRecord[],
): Readonly<Record<string, unknown>> {
  return {
    server,
    agents: agents.map((agent) => ({
      agent: agent.agent,
      owner: agent.owner,
      name: agent.name,
      state: agent.state,
      reason: agent.reason,
      last_beat_age_s: agent.lastBeatAgeS,
      versions: agent.versions,
      trust: agent.trust,
      instances: agent.instances.map((instance) => ({
        instance_id: instance.instanceId,
        state: instance.state,
        reason: instance.reason,
        last_beat_age_s: instance.lastBeatAgeS,
        interval_s: instance.intervalS,
        in_flight: instance.inFlight,
        queued: instance.queued,
        model: instance.model,
        last_good: instance.isLastGood,
        version: instance.version,
        identity: instance.identity,
        trust: instance.trust,
        beat_problem: instance.beatProblem,
        description: instance.record?.description,
        protocol_version: instance.record?.protocolVersion,
        prompt_subject: instance.record?.promptSubject,
        max_payload_bytes: instance.record?.maxPayloadBytes,
        attachments_ok: instance.record?.acceptsAttachments,
        session: instance.record?.session,
        metadata: instance.record?.metadata,
      })),
    })),
    unusable: unusable.map(({ instanceId, problem }) => ({ instance_id: instanceId, problem })),
  };
}

/** `12 s`, `3 min`, `2 h`, `5 d` */
export function formatAge(seconds: number): string {
  if (seconds < 120) return `${Math.floor(seconds)} s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3_600)} h` : `${Math.floor(seconds / 86_400)} d`;
}

function stateText({ state, instances }: ListedAgent): string {
  const same = instances.filter((instance) => instance.state === state).length;
  return same === instances.length ? state : `${state} (${same} of ${instances.length})`;
}

function useText({ instances }: ListedAgent): string {
  const counted = instances.filter(({ inFlight }) => inFlight !== undefined);
  if (counted.length === 0) return "";
  const inFlight = counted.reduce((sum, instance) => sum + (instance.inFlight ?? 0), 0);
  const queued = counted.reduce((sum, instance) => sum + (instance.queued ?? 0), 0);
  return queued === 0 ? String(inFlight) : `${inFlight} + ${queued}`;
}

function noteOf({ reason, instances }: ListedAgent): string {
  const foreign = instances.find(({ record }) => record !== undefined && record.compatibility !== "same")?.record;
  const version = foreign === undefined ? [] : [`speaks protocol ${foreign.protocolVersion}`];
  const isLastGood = instances.some((instance) => instance.isLastGood === true);
  const file = isLastGood ? ["its file has problems: it serves as that last was"] : [];
  const problem = instances.find(({ beatProblem }) => beatProblem !== undefined)?.beatProblem;
  const unheard = problem === undefined ? [] : [`its heartbeats do not count: ${problem}`];
  return [...(reason === undefined ? [] : [reason]), ...file, ...version, ...unheard].join("; ");
}

/** Colours come after the columns were measured. */
function colourStates(table: string, agents: readonly ListedAgent[], terminal: Pick<Terminal, "hasColour">): string {
  if (!terminal.hasColour) return table;
  const style = styleFor(terminal);
  const [header = "", ...lines] = table.split("\n");
  const coloured = lines.map((line, index) => {
    const state = agents[index]?.state;
    if (state === undefined) return line;
    if (state === "degraded") return style.warning(line);
    return state === "offline" || state === "silent" ? style.dim(line) : line;
  });
  return [style.bold(header), ...coloured].join("\n");
}

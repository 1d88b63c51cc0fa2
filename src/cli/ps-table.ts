// What `muster ps` shows: one line an agent, under each that has several instances these.

import type { RosterEntry, RosterState } from "../bus/calling/roster.ts";
import type { AgentRecord, UnusableRecord } from "../protocol/registration.ts";
import { protocolVersion } from "../protocol/version.ts";
import { neutraliseLine } from "../telemetry/neutralise.ts";
import type { ListedAgent } from "./listed-agents.ts";
import { styleFor } from "./style.ts";
import { formatTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";

/** Agents, under each that has several instances these, and after all of them the records that cannot be used. */
export function psTable(
  agents: readonly ListedAgent[],
  terminal: Pick<Terminal, "hasColour">,
  unusable: readonly UnusableRecord[] = [],
): string {
  const rows = [...agents.flatMap(rowsOf), ...unusable.map(unusableRow)];
  const hasNotes = rows.some(({ note }) => note !== "");
  const hasTrust = rows.some(({ trust }) => trust !== "");
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
  const cells = rows.map(({ cells, trust, note }) => [
    ...cells,
    ...(hasTrust ? [trust] : []),
    ...(hasNotes ? [note] : []),
  ]);
  const text = formatTable(
    header,
    cells.map((row) => row.map(neutraliseLine)),
  );
  return colourRows(text, rows, terminal);
}

interface Row {
  readonly state: RosterState | "unusable";
  /** AGENT to IN USE. */
  readonly cells: readonly string[];
  readonly trust: string;
  readonly note: string;
}

function rowsOf(agent: ListedAgent): Row[] {
  const { instances } = agent;
  const hasSeveral = instances.length > 1;
  const own: Row = {
    state: agent.state,
    cells: [
      agent.agent,
      agent.owner,
      agent.name,
      stateText(agent),
      beatText(agent.lastBeatAgeS),
      agent.versions.join(", "),
      String(instances.length),
      useText(instances),
    ],
    trust: agent.trust ?? "",
    note: hasSeveral ? "" : noteOf(instances),
  };
  return [own, ...(hasSeveral ? instances.map(instanceRow) : [])];
}

function instanceRow(instance: ListedAgent["instances"][number]): Row {
  const { instanceId, state, lastBeatAgeS, version = "", trust = "" } = instance;
  const stateCell = aloneText(state, lastBeatAgeS);
  return {
    state,
    cells: ["", "", `- ${instanceId}`, stateCell, beatText(lastBeatAgeS), version, "", useText([instance])],
    trust,
    note: noteOf([instance]),
  };
}

function unusableRow({ instanceId, agent = "?", owner = "?", problem }: UnusableRecord): Row {
  return {
    state: "unusable",
    cells: [agent, owner, instanceId, "unusable", "", "", "1", ""],
    trust: "",
    note: `cannot be asked: ${problem}`,
  };
}

/** `12 s`, `3 min`, `2 h`, `5 d` */
export function formatAge(seconds: number): string {
  if (seconds < 120) return `${Math.floor(seconds)} s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3_600)} h` : `${Math.floor(seconds / 86_400)} d`;
}

/** `45s`, `2m`, `3h`, `5d` */
function shortAge(seconds: number): string {
  if (seconds < 60) return `${Math.floor(seconds)}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3_600)}h` : `${Math.floor(seconds / 86_400)}d`;
}

function beatText(ageS: number | undefined): string {
  return ageS === undefined ? "never" : `${formatAge(ageS)} ago`;
}

/** How long it is offline is the time since its last beat. */
function aloneText(state: RosterState, lastBeatAgeS: number | undefined): string {
  return state === "offline" && lastBeatAgeS !== undefined ? `offline ${shortAge(lastBeatAgeS)}` : state;
}

function stateText({ state, lastBeatAgeS, instances }: ListedAgent): string {
  const same = instances.filter((instance) => instance.state === state).length;
  return same === instances.length ? aloneText(state, lastBeatAgeS) : `${state} (${same} of ${instances.length})`;
}

function useText(instances: readonly RosterEntry[]): string {
  const counted = instances.filter(({ inFlight }) => inFlight !== undefined);
  if (counted.length === 0) return "";
  const inFlight = counted.reduce((sum, instance) => sum + (instance.inFlight ?? 0), 0);
  const queued = counted.reduce((sum, instance) => sum + (instance.queued ?? 0), 0);
  return queued === 0 ? String(inFlight) : `${inFlight} + ${queued}`;
}

function noteOf(instances: readonly RosterEntry[]): string {
  const reason = instances.find((instance) => instance.reason !== undefined)?.reason;
  const foreign = instances.find(({ record }) => record !== undefined && record.compatibility !== "same")?.record;
  const isLastGood = instances.some((instance) => instance.isLastGood === true);
  const file = isLastGood ? ["its file has problems: it serves as that last was"] : [];
  const problem = instances.find(({ beatProblem }) => beatProblem !== undefined)?.beatProblem;
  const unheard = problem === undefined ? [] : [`its heartbeats do not count: ${problem}`];
  return [...(reason === undefined ? [] : [reason]), ...file, ...versionNote(foreign), ...unheard].join("; ");
}

function versionNote(record: AgentRecord | undefined): string[] {
  switch (record?.compatibility) {
    case "other-minor":
      return [`speaks protocol ${record.protocolVersion}`];
    case "other-major":
      return [`speaks protocol ${record.protocolVersion}, not ${protocolVersion}: cannot be asked`];
    case "unreadable":
      return [`its protocol version "${record.protocolVersion}" cannot be read: cannot be asked`];
    default:
      return [];
  }
}

/** Colours come after the columns were measured. */
function colourRows(table: string, rows: readonly Row[], terminal: Pick<Terminal, "hasColour">): string {
  if (!terminal.hasColour) return table;
  const style = styleFor(terminal);
  const [header = "", ...lines] = table.split("\n");
  const coloured = lines.map((line, index) => {
    const state = rows[index]?.state;
    if (state === undefined) return line;
    if (state === "degraded" || state === "unusable") return style.warning(line);
    return state === "offline" || state === "silent" ? style.dim(line) : line;
  });
  return [style.bold(header), ...coloured].join("\n");
}

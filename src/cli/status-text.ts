// A runtime's status as a person reads it.

import { outcomeText } from "../host/upgrade/outcome.ts";
import { formatSize } from "../manifest/units.ts";
import type {
  AgentStatus,
  BusState,
  EndpointStatus,
  FileStatus,
  HubState,
  HttpStatus,
  MemoryStatus,
  RuntimeStatus,
  TracesStatus,
} from "../runtime/control-protocol.ts";
import { neutraliseLine } from "../telemetry/neutralise.ts";
import { budgetHeader, budgetRows } from "./budget-text.ts";
import { styleFor } from "./style.ts";
import { formatTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";

export function statusText(status: RuntimeStatus, terminal: Pick<Terminal, "hasColour">): string {
  const style = styleFor(terminal);
  const title = (text: string) => `${style.bold(text)}\n`;
  const bad = status.files.filter(({ problems }) => problems.length > 0);
  return [
    summary(status),
    `\n${title("Agents")}${agentTable(status.agents)}`,
    ...triggersText(status.agents, title),
    ...knowledgeSection(status.agents, title),
    ...budgetSection(status, title),
    `\n${title("Endpoints")}${endpointTable(status.endpoints)}`,
    ...(bad.length === 0 ? [] : [`\n${title("Files with problems")}${bad.map(fileText).join("")}`]),
  ].join("");
}

function summary(status: RuntimeStatus): string {
  const megabytes = (status.rssBytes / 1024 ** 2).toFixed(1);
  const draining = status.isDraining ? ", draining" : "";
  return [
    `Muster ${status.version}, process ${status.pid}, up ${formatUptime(status.uptimeS)}, ${megabytes} MB${draining}`,
    `State  ${status.stateDirectory}`,
    `Bus    ${busText(status.bus)}`,
    ...(status.bus.hub === undefined ? [] : [`Hub    ${hubText(status.bus.hub)}`]),
    ...(status.http === undefined ? [] : [`HTTP   ${httpText(status.http)}`]),
    ...(status.traces === undefined ? [] : [`Traces ${tracesText(status.traces)}`]),
    ...(status.memory === undefined ? [] : [`Memory ${memoryText(status.memory)}`]),
    ...(status.storage?.state === "full" ? ["Disk   full: agents answer, nothing is stored"] : []),
    ...(status.conversationsProblem === undefined
      ? []
      : [`Talks  not remembered: ${neutraliseLine(status.conversationsProblem)}`]),
    ...(status.upgrade === undefined ? [] : [`Last   upgrade ${neutraliseLine(outcomeText(status.upgrade))}`]),
    "",
  ].join("\n");
}

function busText(bus: BusState): string {
  const problem = bus.problem === undefined ? "" : `: ${bus.problem}`;
  return neutraliseLine(
    `${bus.server} ${bus.url ?? ""} ${bus.state} since ${bus.since}${problem}`.replaceAll("  ", " "),
  );
}

function hubText(hub: HubState): string {
  const reason = hub.reason === undefined ? "" : `: ${hub.reason}`;
  return neutraliseLine(`${hub.url} ${hub.state} since ${hub.since}${reason}`);
}

function httpText({ listen, problem }: HttpStatus): string {
  return neutraliseLine(problem ?? `http://${listen}`);
}

function tracesText({ url, state, reason, waiting }: TracesStatus): string {
  const waits = waiting === 0 ? "" : `, ${waiting} spans wait`;
  return neutraliseLine(`to ${url} ${state === "away" ? `fail: ${reason ?? ""}` : "go out"}${waits}`);
}

function memoryText({ limitBytes, state }: MemoryStatus): string {
  const said = {
    ok: "below",
    shrinking: "near: conversations are forgotten",
    full: "reached: new prompts are refused",
  };
  return `limit of ${formatSize(limitBytes)} ${said[state]}`;
}

function agentTable(agents: readonly AgentStatus[]): string {
  if (agents.length === 0) return "none\n";
  const rows = agents.map((agent) => [
    agent.name,
    agent.state,
    String(agent.inFlight),
    String(agent.queued),
    String(agent.requests),
    String(agent.errors),
    jobsText(agent),
    agent.models.join(", "),
    agent.subject ?? "",
    agent.reason ?? "",
  ]);
  return table(
    ["NAME", "STATE", "IN FLIGHT", "QUEUED", "PROMPTS", "ERRORS", "JOBS", "MODEL", "SUBJECT", "REASON"],
    rows,
  );
}

/** `2 waiting, 1 running, 5 done, 1 failed`, without what is none. */
function jobsText({ jobs }: AgentStatus): string {
  if (jobs === undefined) return "";
  return (["waiting", "running", "done", "failed", "expired"] as const)
    .filter((state) => jobs[state] > 0)
    .map((state) => `${jobs[state]} ${state}`)
    .join(", ");
}

/** Nothing where no agent has one. */
function triggersText(agents: readonly AgentStatus[], title: (text: string) => string): readonly string[] {
  const rows = agents.flatMap(({ name, triggers = [] }) =>
    triggers.map((trigger) => [
      name,
      trigger.name,
      trigger.kind,
      trigger.next?.replace(/\.\d+Z$/, "Z") ?? "",
      trigger.isRunning ? "running" : "",
      trigger.waiting === 0 ? "" : String(trigger.waiting),
      trigger.problem ?? "",
    ]),
  );
  if (rows.length === 0) return [];
  return [`\n${title("Triggers")}${table(["AGENT", "NAME", "KIND", "NEXT", "NOW", "WAITING", "PROBLEM"], rows)}`];
}

/** Nothing where no agent knows documents. */
function knowledgeSection(agents: readonly AgentStatus[], title: (text: string) => string): readonly string[] {
  const rows = agents.flatMap(({ name, knowledge }) =>
    knowledge === undefined
      ? []
      : [
          [
            name,
            knowledge.state,
            String(knowledge.documents),
            String(knowledge.passages),
            knowledge.waiting === 0 ? "" : String(knowledge.waiting),
            knowledge.failed === 0 ? "" : String(knowledge.failed),
            knowledge.reason ?? knowledge.notes.join("; "),
          ],
        ],
  );
  if (rows.length === 0) return [];
  const header = ["AGENT", "STATE", "DOCUMENTS", "PASSAGES", "WAITING", "UNREADABLE", "NOTE"];
  return [`\n${title("Knowledge")}${table(header, rows)}`];
}

/** Nothing where there is none. */
function budgetSection(status: RuntimeStatus, title: (text: string) => string): readonly string[] {
  const rows = budgetRows(status);
  return rows.length === 0 ? [] : [`\n${title("Budgets")}${table(budgetHeader, rows)}`];
}

function endpointTable(endpoints: readonly EndpointStatus[]): string {
  if (endpoints.length === 0) return "none\n";
  const rows = endpoints.map((endpoint) => [
    endpoint.name,
    endpoint.provider,
    endpoint.state,
    `${endpoint.busy} of ${endpoint.parallel}`,
    String(endpoint.waiting),
    String(endpoint.finishing),
    endpoint.url ?? "",
    endpoint.reason ?? "",
  ]);
  return table(["NAME", "PROVIDER", "STATE", "BUSY", "WAITING", "FINISHING", "URL", "REASON"], rows);
}

/** Columns in which no row says anything are left out. */
function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const used = header.map((_, column) => rows.some((row) => row[column] !== ""));
  const keep = (row: readonly string[]) => row.filter((_, column) => used[column]).map(neutraliseLine);
  return formatTable(keep(header), rows.map(keep));
}

/** A file with its problems, a line each, harmless for a terminal. */
export function fileText(file: FileStatus): string {
  const note = file.usesLastGood ? " (its last good form serves)" : "";
  return (
    [`${file.file}${note}`, ...file.problems.map((problem) => `  ${problem}`)].map(neutraliseLine).join("\n") + "\n"
  );
}

/** `42 s`, `3 min`, `5 h 12 min`, `2 d 3 h` */
function formatUptime(seconds: number): string {
  const [minutes, hours, days] = [Math.floor(seconds / 60), Math.floor(seconds / 3600), Math.floor(seconds / 86400)];
  if (days > 0) return `${days} d ${hours % 24} h`;
  if (hours > 0) return `${hours} h ${minutes % 60} min`;
  return minutes > 0 ? `${minutes} min` : `${seconds} s`;
}

// Does what is asked over the control socket of the log and of single agents.

import type { LevelSwitch } from "../telemetry/create-log.ts";
import type { Logger } from "../telemetry/log.ts";
import type { EndedTurn, RecentTraces } from "../telemetry/recent-traces.ts";
import type { RecentLine, RecentLines } from "../telemetry/recent-lines.ts";
import type { AgentSlot } from "./agent-slot.ts";
import { ControlStream } from "./control-stream.ts";
import { type ApprovalPorts, operateApprovals } from "./operate-approvals.ts";
import type { AgentReport, LevelReport, LogLines, OperationRequest } from "./operation.ts";
import type { StartFailure } from "./reconcile.ts";

/** What the operator may see and change of the runtime's log. */
export interface LogDesk {
  readonly recent: RecentLines;
  readonly levels: LevelSwitch;
}

export interface OperatePorts extends ApprovalPorts {
  readonly logs: LogDesk;
  /** Absent while the runtime starts. */
  readonly traces: RecentTraces | undefined;
  readonly log: Logger;
  /** Absent while the runtime starts. */
  readonly agents: OperatedAgents | undefined;
}

export interface OperatedAgents {
  agents(): readonly AgentSlot[];
  failures(): ReadonlyMap<string, StartFailure>;
}

/** The result for the socket: a value, a promise of it, or a stream. Throws what the asker is to read. */
export function operate(request: OperationRequest, ports: OperatePorts): unknown {
  switch (request.op) {
    case "logs":
      return logs(request, ports);
    case "traces":
      return traces(request, ports);
    case "log-level":
      return setLevel(request, ports);
    case "approvals":
    case "approve":
      return operateApprovals(request, ports);
    default:
      return operateAgent(request, ports);
  }
}

type LogsRequest = Extract<OperationRequest, { op: "logs" }>;
type AgentRequest = Extract<OperationRequest, { agent: string; op: "drain" | "start" | "restart" | "stop" }>;

/** An agent of which nothing is known, neither now nor in what is kept, is a mistyped one. */
function logs(request: LogsRequest, { logs: desk, agents }: OperatePorts): unknown {
  const { agent } = request;
  const names = agents === undefined ? [] : agentNames(agents);
  if (agent !== undefined && !names.includes(agent) && keptLines(request, desk).lines.length === 0) {
    return unknownAgent(names);
  }
  return request.follow ? followed(request, desk) : keptLines(request, desk);
}

function keptLines({ agent, lines }: LogsRequest, { recent }: LogDesk): LogLines {
  const kept = recent.kept().filter((line) => isAbout(line, agent));
  const shown = lines === undefined ? kept : kept.slice(Math.max(0, kept.length - lines));
  return { lines: shown.map(({ json }) => json), dropped: 0 };
}

function followed(request: LogsRequest, desk: LogDesk): ControlStream {
  return new ControlStream((send) => {
    let dropped = 0;
    send(keptLines(request, desk));
    return desk.recent.follow((line) => {
      if (!isAbout(line, request.agent)) return;
      dropped = send({ lines: [line.json], dropped }) ? 0 : dropped + 1;
    });
  });
}

type TracesRequest = Extract<OperationRequest, { op: "traces" }>;

function traces(request: TracesRequest, { traces: recent, agents }: OperatePorts): unknown {
  if (recent === undefined || agents === undefined) throw new Error("It is still starting: try again");
  const { agent, last, follow } = request;
  const kept = recent.kept(agent);
  if (agent !== undefined && kept.length === 0 && !agentNames(agents).includes(agent)) {
    return unknownAgent(agentNames(agents));
  }
  const turns = kept.slice(Math.max(0, kept.length - last));
  return follow ? followedTraces(recent, turns, agent) : { turns, dropped: 0 };
}

function followedTraces(recent: RecentTraces, turns: readonly EndedTurn[], agent: string | undefined): ControlStream {
  return new ControlStream((send) => {
    let dropped = 0;
    send({ turns, dropped });
    return recent.follow((turn) => {
      if (agent !== undefined && turn.agent !== agent) return;
      dropped = send({ turns: [turn], dropped }) ? 0 : dropped + 1;
    });
  });
}

function isAbout(line: RecentLine, agent: string | undefined): boolean {
  return agent === undefined || line.agent === agent;
}

function setLevel({ level }: { readonly level?: LevelSwitch["level"] }, { logs, log }: OperatePorts): LevelReport {
  const before = logs.levels.level;
  if (level !== undefined && level !== before) {
    logs.levels.level = level;
    log.info("Log level changed", { from: before, to: level });
  }
  return { level: logs.levels.level };
}

async function operateAgent(request: AgentRequest, { agents, log }: OperatePorts): Promise<AgentReport> {
  if (agents === undefined) throw new Error("It is still starting: try again");
  const slot = agents.agents().find(({ name, isGone }) => name === request.agent && !isGone);
  if (slot === undefined) return missing(request.agent, agents);
  log.info(`Told to ${request.op}`, { agent: slot.name });
  switch (request.op) {
    case "drain":
      slot.hold();
      break;
    case "start":
      slot.serve();
      break;
    case "restart":
      slot.restart(request.drainMs);
      break;
    case "stop":
      await slot.stop(request.drainMs);
      break;
  }
  return { type: "done", agent: slot.status() };
}

function missing(name: string, agents: OperatedAgents): AgentReport {
  const failure = agents.failures().get(name);
  if (failure !== undefined) throw new Error(`Agent "${name}" could not be started: ${failure.reason}`);
  return unknownAgent(agentNames(agents));
}

function unknownAgent(agents: readonly string[]): AgentReport {
  return { type: "unknown-agent", agents };
}

function agentNames(agents: OperatedAgents): readonly string[] {
  return agents.agents().flatMap((slot) => (slot.isGone ? [] : [slot.name]));
}

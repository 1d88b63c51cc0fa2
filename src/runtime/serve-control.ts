// What the local operator may ask of a running runtime, over the control socket.

import type { CredentialFiles } from "../host/credentials.ts";
import type { Logger } from "../telemetry/log.ts";
import type { Closers } from "./closers.ts";
import { collectMemory } from "./collect.ts";
import { answerConversations } from "./conversation-access.ts";
import type { CallerReport, ControlRequest, RunsReport, RuntimeStatus } from "./control-protocol.ts";
import { openControlSocket } from "./control-socket.ts";
import { answerKnowledge } from "./knowledge-wire.ts";
import { type LogDesk, operate } from "./operate.ts";
import { probeForAsker } from "./probe-for-asker.ts";
import type { RuntimeParts } from "./runtime-parts.ts";
import { runtimeStatus } from "./runtime-status.ts";
import { storeHold } from "./store-hold.ts";
import { toldToServer } from "./told-to-server.ts";

interface ControlOptions {
  readonly stateDirectory: string;
  readonly logs: LogDesk;
  readonly log: Logger;
}

/** A runtime that cannot be asked runs all the same. */
export async function serveControl(parts: RuntimeParts, options: ControlOptions, open: Closers): Promise<void> {
  const { stateDirectory, log } = options;
  try {
    const control = await openControlSocket(stateDirectory, (request) => answerControl(request, parts, options), log);
    open.add("control socket", () => control.close());
  } catch (error) {
    log.error('Control socket cannot be opened: "muster status" will not work', { error });
  }
}

function answerControl(request: ControlRequest, parts: RuntimeParts, options: ControlOptions): unknown {
  if (request.op === "status") return statusOnTheBus(parts, options.stateDirectory);
  if (request.op === "hold-store") {
    if (parts.bus === undefined) throw new Error("It is still starting: try again");
    return storeHold(parts.bus, options.log);
  }
  if (request.op === "conversations" || request.op === "conversation") {
    if (parts.conversations === undefined) throw new Error("It is still starting: try again");
    return answerConversations(request, parts.conversations);
  }
  if (request.op === "knowledge" || request.op === "search-knowledge" || request.op === "remove-knowledge") {
    if (parts.knowledge === undefined || parts.reconciler === undefined)
      throw new Error("It is still starting: try again");
    const slots = parts.reconciler.agents();
    const declared = [...slots, ...parts.reconciler.failures().values()].map(({ definition }) => definition.config);
    return answerKnowledge(request, parts.knowledge, {
      served: slots.map(({ name }) => name),
      knowing: declared.filter(({ knowledge }) => knowledge !== undefined).map(({ name }) => name),
    });
  }
  if (request.op === "caller") return changeCallers(request, parts);
  if (request.op === "probe") return probeForAsker(parts.models, request);
  if (request.op === "collect") return collectMemory();
  if (request.op === "runs") return runsReport(request, parts);
  if (request.op !== "reload" && request.op !== "plan")
    return operate(request, {
      ...options,
      agents: parts.reconciler,
      traces: parts.services?.recent,
      approvals: parts.approvals,
    });
  if (parts.reloader === undefined) throw new Error("It is still starting: try again");
  if (request.op === "plan") return parts.reloader.plan(request);
  const kept = parts.credentials.replace(credentialFiles(request.credentials));
  if (kept !== undefined) options.log.warn(kept);
  const report = parts.reloader.reload();
  return kept === undefined ? report : { ...report, notes: [...report.notes, kept] };
}

function statusOnTheBus(parts: RuntimeParts, stateDirectory: string): Promise<RuntimeStatus> {
  return toldToServer(
    () => runtimeStatus(parts, stateDirectory),
    () => parts.bus?.connection.flush() ?? Promise.resolve(),
  );
}

function runsReport(
  { agent, last }: Extract<ControlRequest, { op: "runs" }>,
  { triggers, reconciler }: RuntimeParts,
): RunsReport {
  if (triggers === undefined || reconciler === undefined) throw new Error("It is still starting: try again");
  const runs = triggers.runs({ last, ...(agent === undefined ? {} : { agent }) });
  const served = reconciler.agents().map(({ name }) => name);
  return { runs, agents: [...new Set([...served, ...runs.map((run) => run.agent)])] };
}

async function changeCallers(request: CallerRequest, { bus }: RuntimeParts): Promise<CallerReport> {
  if (bus === undefined) throw new Error("It is still starting: try again");
  const { action, name } = request;
  const added = await bus.changeCallers({ action, name });
  const { url } = bus.state();
  return added === undefined ? {} : { file: added.file, user: added.publicKey, ...(url === undefined ? {} : { url }) };
}

type CallerRequest = Extract<ControlRequest, { op: "caller" }>;

function credentialFiles(encoded: Readonly<Record<string, string>> = {}): CredentialFiles {
  return new Map(Object.entries(encoded).map(([name, text]) => [name, Buffer.from(text, "base64")]));
}

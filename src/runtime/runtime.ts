// The composition root: state directory, manifest, control socket, bus, models and agents, put together and taken apart in order.

import { createAgentHost, type AgentHost } from "../bus/serving/agent-host.ts";
import { build } from "../host/build-facts.ts";
import { serviceManager } from "../host/sd-notify.ts";
import { makeStateDirectory } from "../host/state-directory.ts";
import { lockStateDirectory } from "../host/state-lock.ts";
import { inMemoryConversations } from "../memory/in-memory-conversations.ts";
import { engineFolder } from "./engine-folder.ts";
import { createModels, type Models } from "../model/models.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { type ManifestWatch, watchManifest, type WatchMode } from "../manifest/watch.ts";
import type { Logger } from "../telemetry/log.ts";
import { logTrace } from "../telemetry/trace.ts";
import { type AgentDefinition, agentDefinitions } from "./agent-definition.ts";
import { AgentSlot, type ToldAgents } from "./agent-slot.ts";
import { type Closers, closers } from "./closers.ts";
import type { ControlRequest, FileStatus, ReloadReport, RuntimeStatus } from "./control-protocol.ts";
import { openControlSocket } from "./control-socket.ts";
import { guardAgainstCrashes } from "./crash-guard.ts";
import { type DesiredState, type DesiredStateOptions, loadDesiredState } from "./desired-state.ts";
import { Reconciler } from "./reconcile.ts";
import { type LogDesk, operate } from "./operate.ts";
import { Reloader } from "./reload.ts";
import { startAgent } from "./running-agent.ts";
import { openRuntimeBus, type RuntimeBus } from "./runtime-bus.ts";
import { type RuntimeServices, startServices } from "./runtime-services.ts";
import { runtimeStatus } from "./runtime-status.ts";
import { SaidFindings } from "./said-findings.ts";
import { serviceNotices } from "./service-notices.ts";
import { statusLine } from "./status-line.ts";
import { busSign, schedulerSign } from "./vital-signs.ts";

export interface RuntimeOptions extends DesiredStateOptions {
  /** Prompts and answers go to the log. */
  readonly tracesText: boolean;
  /** How changes of the manifest's files are noticed. */
  readonly watch: WatchMode;
  readonly logs: LogDesk;
}

export interface Runtime {
  status(): RuntimeStatus;
  /** Reads the manifest's files now. Throws when the runtime is stopping. */
  reload(): ReloadReport;
  /** Takes no more prompts, lets turns finish for at most `drainMs`, ends every stream, then closes everything. Never rejects. */
  stop(drainMs: number): Promise<void>;
}

/** How long one part may take to close after the agents have drained. */
const closeMs = 8_000;

/**
 * Resolves when every agent is registered, be the bus there or not. Throws `StateDirectoryError`, `ManifestRefused` or `BundledServerError`,
 * with nothing left open.
 */
export async function startRuntime(options: RuntimeOptions): Promise<Runtime> {
  const open = closers(options.log);
  try {
    return await start(options, open);
  } catch (error) {
    await open.closeAll(closeMs);
    throw error;
  }
}

async function start(options: RuntimeOptions, open: Closers): Promise<Runtime> {
  const { stateDirectory, log } = options;
  open.add("crash guard", guardAgainstCrashes(log));
  makeStateDirectory(stateDirectory);
  const lock = lockStateDirectory(stateDirectory);
  open.add("state directory", () => lock.release());
  const said = new SaidFindings(log);
  const desired = loadDesiredState(options, said);
  const parts: RuntimeParts = { startedAt: new Date(), isDraining: false, files: desired.files };
  const notices = serviceNotices({
    manager: serviceManager(options.environment, log),
    line: () => statusLine(runtimeStatus(parts, stateDirectory)),
    log,
  });
  open.add("service notices", () => notices.close());
  const services = startServices({
    status: () => runtimeStatus(parts, stateDirectory),
    isStarted: () => parts.reconciler !== undefined,
    log,
  });
  open.add("services", () => services.close());
  parts.services = services;
  await serveControl(parts, options, open);
  const { nats, identity } = desired.manifest;
  const bus = await openRuntimeBus(nats, {
    ...options,
    clientName: `muster ${build.version}`,
    owner: identity.owner,
  });
  open.add("bus", () => bus.close());
  parts.bus = bus;
  const models = createModels(desired.manifest, {
    log,
    stateDir: stateDirectory,
    engineFolder: () => engineFolder(stateDirectory),
    onCall: (call) => services.counts.call(call),
  });
  open.add("models", () => models.close());
  parts.models = models;
  const host = createAgentHost({
    connection: bus.connection,
    log,
    takesJobs: true,
    ...hubOf(desired.manifest),
    observe: (agent) => services.counts.observer(agent),
  });
  open.add("agents", () => host.close(closeMs / 2));
  const reconciler = startAgents(desired, { options, host, models, services, open });
  parts.reconciler = reconciler;
  const watch = startWatch(desired, options, () => {
    if (!parts.isDraining) reloader.reload();
  });
  open.add("watch", () => watch?.close());
  const reloader = new Reloader(desired, {
    options,
    models,
    bus,
    reconciler,
    said,
    notices,
    onLoad: ({ files, seen, manifest }) => {
      parts.files = files;
      watch?.saw(seen);
      if (manifest !== undefined) services.use(manifest);
    },
  });
  parts.reloader = reloader;
  notices.ready((limitMs) => [
    busSign(bus, limitMs, log),
    schedulerSign({
      endpoints: () => models.statuses(),
      longestTurnMs: () => longestTurnMs(reconciler),
      now: () => performance.now(),
    }),
  ]);
  services.use(desired.manifest);
  return {
    status: () => runtimeStatus(parts, stateDirectory),
    reload: () => reloader.reload(),
    stop: async (drainMs) => {
      parts.isDraining = true;
      reloader.close();
      notices.stopping();
      reconciler.apply(new Map(), drainMs);
      reconciler.hurry(drainMs);
      await reconciler.drained();
      await open.closeAll(closeMs);
    },
  };
}

function longestTurnMs(reconciler: Reconciler<AgentSlot>): number {
  return Math.max(0, ...reconciler.agents().map(({ definition }) => definition.config.deadlineMs)) + closeMs;
}

/** What there is of the runtime so far: its status can be asked while it starts. */
export interface RuntimeParts {
  readonly startedAt: Date;
  files: readonly FileStatus[];
  isDraining: boolean;
  bus?: RuntimeBus;
  models?: Models;
  reconciler?: Reconciler<AgentSlot>;
  reloader?: Reloader;
  services?: RuntimeServices;
}

function answerControl(request: ControlRequest, parts: RuntimeParts, options: RuntimeOptions): unknown {
  if (request.op === "status") return runtimeStatus(parts, options.stateDirectory);
  if (request.op !== "reload" && request.op !== "plan")
    return operate(request, { ...options, agents: parts.reconciler });
  if (parts.reloader === undefined) throw new Error("It is still starting: try again");
  return request.op === "reload" ? parts.reloader.reload() : parts.reloader.plan(request);
}

/** A runtime that cannot be asked runs all the same. */
async function serveControl(parts: RuntimeParts, options: RuntimeOptions, open: Closers): Promise<void> {
  const { stateDirectory, log } = options;
  try {
    const control = await openControlSocket(stateDirectory, (request) => answerControl(request, parts, options), log);
    open.add("control socket", () => control.close());
  } catch (error) {
    log.error('Control socket cannot be opened: "muster status" will not work', { error });
  }
}

function startWatch(
  { seen }: DesiredState,
  { watch: mode, log }: RuntimeOptions,
  onChange: () => void,
): ManifestWatch | undefined {
  if (mode === "off") return undefined;
  return watchManifest({
    mode,
    seen,
    onChange,
    onPolling: (error) =>
      log.warn("Changes of the manifest make no events here: its files are looked at instead", { error }),
  });
}

function startAgents(
  desired: DesiredState,
  ports: {
    readonly options: { readonly log: Logger; readonly tracesText: boolean };
    readonly host: AgentHost;
    readonly models: Models;
    readonly services: RuntimeServices;
    readonly open: Closers;
  },
): Reconciler<AgentSlot> {
  const { host, models, services, open } = ports;
  const { log, tracesText } = ports.options;
  const conversations = inMemoryConversations({ log });
  open.add("conversations", () => conversations.close());
  services.onMemory(() => conversations.shrink());
  const agentPorts = {
    version: build.version,
    serve: host.register.bind(host),
    model: models.chat.bind(models),
    conversations,
    log,
    onTrace: services.traces(logTrace(log)),
    tracesText,
    refusal: () => services.memory.refusal(),
  };
  const told: ToldAgents = new Map();
  const start = (definition: AgentDefinition) => {
    const agent = startAgent(definition, agentPorts);
    services.counts.started(definition.config.name);
    return agent;
  };
  const reconciler = new Reconciler({
    start: (definition) => new AgentSlot(definition, { start, told }),
    onGone: (name) => {
      conversations.forgetAgent(name);
      services.counts.forget(name);
      told.delete(name);
    },
    log,
  });
  reconciler.apply(agentDefinitions(desired.manifest), 0);
  return reconciler;
}

/** Where jobs are fetched from, too. A hub keeps its JetStream in a domain of this name (docs/jobs.md). */
function hubOf({ nats }: Manifest): { readonly hubDomain?: string } {
  return nats.embedded.hub === undefined ? {} : { hubDomain: "hub" };
}

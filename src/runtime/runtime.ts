// The composition root: state directory, manifest, control socket, bus, models and agents, put together and taken apart in order.

import { join } from "node:path";
import { busAgents } from "../bus/agents/agents-port.ts";
import { JobHost } from "../bus/jobs/job-host.ts";
import { namedSubjects } from "../bus/identity/named-subjects.ts";
import { createAgentHost } from "../bus/serving/agent-host.ts";
import { build } from "../host/build-facts.ts";
import { openCredentials } from "../host/credentials.ts";
import { serviceManager } from "../host/sd-notify.ts";
import { openState } from "../host/state/open-state.ts";
import { engineFolder } from "./engine-folder.ts";
import type { HubStatus } from "../bus/bundled/hub-link.ts";
import { StoredUsage, usagePath } from "../memory/usage-store.ts";
import { KnowledgeDesk } from "../knowledge/knowledge-desk.ts";
import { createModels } from "../model/models.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { type ManifestWatch, watchManifest, type WatchMode } from "../manifest/watch.ts";
import { ApprovalDesk } from "../tool/approvals/desk.ts";
import { approvalRecords } from "../tool/approvals/records.ts";
import type { AgentSlot } from "./agent-slot.ts";
import { type Closers, closers } from "./closers.ts";
import type { ReloadReport, RuntimeStatus } from "./control-protocol.ts";
import { ConversationStores } from "./conversation-stores.ts";
import { guardAgainstCrashes } from "./crash-guard.ts";
import { type DesiredState, type DesiredStateOptions, loadDesiredState } from "./desired-state.ts";
import { isBusy } from "./is-busy.ts";
import type { Reconciler } from "./reconcile.ts";
import type { LogDesk } from "./operate.ts";
import { Reloader } from "./reload.ts";
import { openRuntimeBus } from "./runtime-bus.ts";
import type { RuntimeParts } from "./runtime-parts.ts";
import { startServices } from "./runtime-services.ts";
import { runtimeStatus } from "./runtime-status.ts";
import { SaidFindings } from "./said-findings.ts";
import { isSameValue } from "./same-value.ts";
import { serveControl } from "./serve-control.ts";
import { serviceNotices } from "./service-notices.ts";
import { startAgents } from "./start-agents.ts";
import { statusLine } from "./status-line.ts";
import { freeBytesOf, StorageWatch } from "./storage-watch.ts";
import { tellUpgrade } from "./tell-upgrade.ts";
import type { HubLinkState } from "../trigger/deliver/link-proof.ts";
import { TriggerDesk } from "../trigger/trigger-desk.ts";
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

/** Above it a collection at the start costs less than it saves: 2 KB of memory an agent. */
const manyAgents = 100;
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

async function start(given: RuntimeOptions, open: Closers): Promise<Runtime> {
  const { stateDirectory, log } = given;
  open.add("crash guard", guardAgainstCrashes(log));
  const lock = openState(stateDirectory);
  open.add("state directory", () => lock.release());
  const credentials = openCredentials(given.environment, log);
  const options = { ...given, environment: credentials.variables };
  const parts: RuntimeParts = { startedAt: new Date(), isDraining: false, files: [], credentials };
  const upgrade = tellUpgrade(log);
  if (upgrade !== undefined) parts.upgrade = upgrade;
  const storage = watchStorage(parts, options, open);
  const conversations = new ConversationStores({ stateDirectory, log, onFullDisk: () => storage.refused() });
  conversations.setStoring(!storage.isFull);
  open.add("conversations", () => conversations.close());
  parts.conversations = conversations;
  const said = new SaidFindings(log);
  const stateOptions: DesiredStateOptions = { ...options, whenRoom: (retry) => storage.whenRoom(retry) };
  const desired = loadDesiredState(stateOptions, said);
  // What reading so many has left would lie strewn among what they are made of, and keep its pages.
  if (desired.manifest.agents.size > manyAgents) Bun.gc(true);
  parts.files = desired.files;
  const notices = serviceNotices({
    manager: serviceManager(options.environment, log),
    line: () => statusLine(runtimeStatus(parts, stateDirectory)),
    log,
  });
  open.add("service notices", () => notices.close());
  const services = startServices({
    status: () => runtimeStatus(parts, stateDirectory),
    isStarted: () => parts.reconciler !== undefined,
    flush: () => parts.bus?.connection.flush() ?? Promise.resolve(),
    isBusy: () => isBusy(parts),
    instance: { owner: desired.manifest.identity.owner, id: crypto.randomUUID() },
    log,
  });
  open.add("services", () => services.close());
  parts.services = services;
  services.onMemory(() => conversations.shrink());
  await serveControl(parts, options, open);
  const { nats, identity } = desired.manifest;
  const isStoring = !storage.isFull;
  const bus = await openRuntimeBus(nats, {
    ...options,
    clientName: `muster ${build.version}`,
    owner: identity.owner,
    isStoring,
    named: namedSubjects(desired.manifest.agents.values()),
    onFullDisk: () => storage.refused(),
  });
  open.add("bus", () => bus.close());
  parts.bus = bus;
  conversations.useBus(bus.connection);
  if (isStoring === storage.isFull) void bus.setStoring(!storage.isFull);
  const usage = new StoredUsage(join(stateDirectory, usagePath), log);
  open.add("budgets", () => usage.close());
  const approvals = new ApprovalDesk({ records: approvalRecords(stateDirectory), log });
  parts.approvals = approvals;
  const budgets = { store: usage, log, now: Date.now };
  const models = createModels(desired.manifest, {
    budgets,
    log,
    stateDir: stateDirectory,
    engineFolder: () => engineFolder(stateDirectory),
    onCall: (call) => services.counts.call(call),
  });
  open.add("models", () => models.close());
  parts.models = models;
  const jobs = new JobHost({ bus: bus.connection, log, ...hubOf(desired.manifest) });
  parts.jobCounts = (name) => jobs.counts(name);
  const triggers = new TriggerDesk({
    stateDirectory,
    bus: bus.connection,
    hubLink: () => hubLinkOf(bus.state().hub),
    isSame: isSameValue,
    onRuns: (runs) => services.counts.runs(runs),
    log,
  });
  open.add("triggers", () => triggers.close());
  parts.triggers = triggers;
  const knowledge = new KnowledgeDesk({
    stateDirectory,
    isSame: isSameValue,
    onIndexed: () => services.rest.stir(),
    log,
  });
  open.add("knowledge", () => knowledge.close());
  parts.knowledge = knowledge;
  const host = createAgentHost({
    connection: bus.connection,
    log,
    jobs,
    observe: (agent) => services.counts.observer(agent),
  });
  open.add("agents", () => host.close(closeMs / 2));
  const otherAgents = busAgents(bus.connection, log);
  open.add("other agents", () => otherAgents.close());
  // The first turns are traced, too.
  await services.exported.use(desired.manifest.otlp);
  const reconciler = startAgents(desired, {
    options,
    host,
    connection: bus.connection,
    otherAgents,
    models,
    budgets,
    approvals,
    services,
    conversations,
    triggers,
    knowledge,
    isLastGood: (source) => parts.files.some(({ file, usesLastGood }) => usesLastGood && file === source),
  });
  parts.reconciler = reconciler;
  const watch = startWatch(desired, options, () => {
    if (!parts.isDraining) reloader.reload();
  });
  open.add("watch", () => watch?.close());
  const reloader = new Reloader(desired, {
    options: stateOptions,
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
      triggers.retire();
      reconciler.apply(new Map(), drainMs);
      reconciler.hurry(drainMs);
      await reconciler.drained();
      await open.closeAll(closeMs);
    },
  };
}

function watchStorage(
  parts: RuntimeParts,
  { stateDirectory, log }: Pick<RuntimeOptions, "stateDirectory" | "log">,
  open: Closers,
): StorageWatch {
  const storage = new StorageWatch({
    freeBytes: () => freeBytesOf(stateDirectory),
    onChange: (isFull) => {
      parts.conversations?.setStoring(!isFull);
      void parts.bus?.setStoring(!isFull);
    },
    log,
  });
  open.add("storage watch", () => storage.close());
  parts.storage = storage;
  return storage;
}

function longestTurnMs(reconciler: Reconciler<AgentSlot>): number {
  return Math.max(0, ...reconciler.agents().map(({ definition }) => definition.config.deadlineMs)) + closeMs;
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

/** Where jobs are fetched from, too. A hub keeps its JetStream in a domain of this name (docs/jobs.md). */
function hubOf({ nats }: Manifest): { readonly hubDomain?: string } {
  return nats.embedded.hub === undefined ? {} : { hubDomain: "hub" };
}

function hubLinkOf(hub: HubStatus | undefined): HubLinkState | undefined {
  return hub === undefined ? undefined : { isUp: hub.state === "connected", since: hub.since };
}

// Takes over what the manifest's files say now: agents are added, replaced, drained or left alone, and what is wrong leaves all as it was.

import { namedSubjects } from "../bus/identity/named-subjects.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { Sighting } from "../manifest/sighting.ts";
import type { Models } from "../model/models.ts";
import type { Logger } from "../telemetry/log.ts";
import { type AgentDefinition, agentDefinitions, isIncomplete } from "./agent-definition.ts";
import type { FileStatus, ReloadReport } from "./control-protocol.ts";
import {
  type DesiredState,
  type DesiredStateOptions,
  lookAtDesiredState,
  type NoState,
  takeDesiredState,
} from "./desired-state.ts";
import { modelsInUse } from "./models-in-use.ts";
import { natsChange } from "./nats-change.ts";
import { type Plan, planChanges, type Reconciler } from "./reconcile.ts";
import type { RunningAgent } from "./running-agent.ts";
import type { RuntimeBus } from "./runtime-bus.ts";
import type { SaidFindings } from "./said-findings.ts";
import type { ServiceNotices } from "./service-notices.ts";

export interface ReloadPorts {
  readonly options: DesiredStateOptions;
  readonly models: Pick<Models, "reconcile">;
  readonly bus: Pick<RuntimeBus, "use" | "usePrograms" | "allow">;
  readonly reconciler: Reconciler<RunningAgent>;
  readonly said: SaidFindings;
  readonly notices: Pick<ServiceNotices, "reloading" | "reloaded">;
  /** Told of each load; no manifest: nothing of it serves, and all goes on as it was. */
  readonly onLoad: (state: {
    readonly files: readonly FileStatus[];
    readonly seen: Sighting;
    readonly manifest?: Manifest;
  }) => void;
}

export class Reloader {
  readonly #ports: ReloadPorts;
  readonly #log: Logger;
  /** With what the bus was opened: what of it cannot be changed while running stays so. */
  readonly #started: Manifest["nats"];
  #manifest: Manifest;
  #wanted: ReadonlyMap<string, AgentDefinition>;
  #seen: Sighting;
  #isOver = false;

  constructor(state: DesiredState, ports: ReloadPorts) {
    this.#ports = ports;
    this.#log = ports.options.log;
    this.#started = state.manifest.nats;
    this.#manifest = state.manifest;
    this.#wanted = agentDefinitions(state.manifest);
    this.#seen = state.seen;
  }

  /** Reads the files and takes over what is good. Never throws for what is in them. */
  reload(): ReloadReport {
    if (this.#isOver) throw new Error("The runtime is stopping");
    this.#ports.notices.reloading();
    try {
      return this.#takeOver();
    } finally {
      this.#ports.notices.reloaded();
    }
  }

  #takeOver(): ReloadReport {
    const { options, reconciler, said } = this.#ports;
    const state = takeDesiredState(options, said);
    const seenBefore = this.#seen;
    this.#seen = state.seen;
    if ("problems" in state) {
      this.#ports.onLoad(state);
      return this.#report(state, planChanges(reconciler.definitions(), reconciler.definitions()));
    }
    const natsBefore = this.#manifest.nats;
    this.#manifest = state.manifest;
    const desired = this.#desired(state);
    this.#ports.onLoad({ ...state, files: state.files.map((file) => this.#withKept(file, state.badFiles, desired)) });
    this.#wanted = desired;
    this.#keepInUse();
    const plan = reconciler.apply(desired);
    this.#keepInUse();
    void this.#whenDrained();
    const { isOther } = natsChange(natsBefore, state.manifest.nats, state.seen.changedSince(seenBefore));
    if (isOther) void this.#ports.bus.use(state.manifest.nats);
    void this.#ports.bus.usePrograms(state.manifest.nats.embedded.programs ?? []);
    const report = this.#report(state, plan);
    this.#say(report);
    return report;
  }

  /** What `reload` would do with the files named, or the runtime's own. Changes nothing. */
  plan(files: { readonly file?: string; readonly dropIn?: string }): ReloadReport {
    const { dropIn, ...own } = this.#ports.options;
    const kept = dropIn === undefined ? {} : { dropIn };
    const state = lookAtDesiredState({ ...own, ...(files.file === undefined ? kept : {}), ...files });
    const running = this.#ports.reconciler.definitions();
    return this.#report(state, planChanges(running, "problems" in state ? running : this.#desired(state)), files.file);
  }

  /** Nothing is taken over any more. */
  close(): void {
    this.#isOver = true;
  }

  /** What the manifest says; of files that no longer say anything usable, what runs of them; and who lacks nothing goes on as it is when it would. */
  #desired({ manifest, badFiles }: DesiredState): ReadonlyMap<string, AgentDefinition> {
    const declared = agentDefinitions(manifest);
    const kept = [...this.#ports.reconciler.definitions()].filter(([name, running]) => {
      const wanted = declared.get(name);
      if (wanted === undefined) return badFiles.has(running.config.source);
      return isIncomplete(wanted) && !isIncomplete(running);
    });
    return new Map([...declared, ...kept]);
  }

  #withKept(
    file: FileStatus,
    badFiles: ReadonlySet<string>,
    desired: ReadonlyMap<string, AgentDefinition>,
  ): FileStatus {
    const isKept = [...desired.values()].some(({ config }) => config.source === file.file && badFiles.has(file.file));
    return isKept ? { ...file, usesLastGood: true } : file;
  }

  /** Turns that wait in a draining agent still need its models and its subjects. */
  #keepInUse(): void {
    const { reconciler, models, bus } = this.#ports;
    const definitions = reconciler.agents().map(({ definition }) => definition);
    models.reconcile(modelsInUse(this.#manifest, definitions));
    void bus.allow(namedSubjects([...definitions, ...this.#wanted.values()].map(({ config }) => config)));
  }

  async #whenDrained(): Promise<void> {
    await this.#ports.reconciler.drained();
    if (!this.#isOver) this.#keepInUse();
  }

  #report(state: DesiredState | NoState, plan: Plan, file = this.#ports.options.file): ReloadReport {
    const failures = [...this.#ports.reconciler.failures()].map(
      ([name, { reason }]) => `Agent "${name}" could not be started: ${reason}`,
    );
    const problems = state.files.flatMap((one) => one.problems);
    const notes = "problems" in state ? [] : natsChange(this.#started, state.manifest.nats, []).notes;
    return { file, ...plan, problems: [...problems, ...failures], notes };
  }

  #say({ added, changed, removed, notes }: ReloadReport): void {
    if (added.length + changed.length + removed.length > 0) {
      this.#log.info("Manifest reloaded", {
        added: added.join(", "),
        changed: changed.join(", "),
        removed: removed.join(", "),
      });
    }
    for (const note of notes) this.#log.warn(note);
  }
}

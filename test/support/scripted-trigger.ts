// Triggers without a bus: a store in a folder of its own, an agent that says what the test says, a clock that the test moves.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OwnAnswer } from "../../src/bus/serving/service-port.ts";
import type { TriggerConfig, TriggerSource } from "../../src/manifest/trigger.ts";
import { isSameValue } from "../../src/runtime/same-value.ts";
import type { Clock } from "../../src/trigger/clock.ts";
import type { TriggeredAgent, TriggeredPrompt } from "../../src/trigger/contract.ts";
import type { RunRecord } from "../../src/trigger/store/run-record.ts";
import { TriggerDesk } from "../../src/trigger/trigger-desk.ts";
import { fakeBus } from "./fake-bus.ts";
import { recordedLog } from "./recorded-log.ts";

export function trigger(source: TriggerSource, changes: Partial<TriggerConfig> = {}): TriggerConfig {
  return {
    name: "t",
    source,
    prompt: "Well?",
    catchUp: "none",
    overlap: "skip",
    conversation: "trigger t",
    ...changes,
  };
}

/** What its prompts are answered with; a promise holds them up. */
export type Answering = (prompt: TriggeredPrompt) => OwnAnswer | Promise<OwnAnswer>;

export const answered: Answering = () => ({ type: "answer", text: "Fine", attachments: [] });

export class ScriptedTriggers {
  readonly folder = mkdtempSync(join(tmpdir(), "muster-triggers-"));
  readonly log = recordedLog();
  readonly bus = fakeBus();
  readonly prompts: TriggeredPrompt[] = [];
  readonly notes: (string | undefined)[] = [];
  answering = answered;
  /** What may be kept of an answer; undefined: all. */
  keepable: ((answer: string) => string) | undefined;
  readonly #clock: Clock;
  #desk: TriggerDesk | undefined;
  #end = (): void => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get desk(): TriggerDesk {
    this.#desk ??= new TriggerDesk({
      stateDirectory: this.folder,
      bus: this.bus,
      hubLink: () => undefined,
      isSame: isSameValue,
      log: this.log,
      clock: this.#clock,
    });
    return this.#desk;
  }

  attach(...configs: readonly TriggerConfig[]): () => void {
    const agent: TriggeredAgent = {
      address: { agent: "muster", owner: "test", name: "helper" },
      maxPayloadBytes: 1024,
      deadlineMs: 60_000,
      prompt: async (prompt) => {
        this.prompts.push(prompt);
        return this.answering(prompt);
      },
      keepable: (answer) => Promise.resolve(this.keepable?.(answer) ?? answer),
      setNote: (note) => void this.notes.push(note),
    };
    this.#end = this.desk.attach(agent, configs);
    return this.#end;
  }

  /** The process ends; the next use of the desk is that of another one. */
  async endProcess(): Promise<void> {
    await this.#desk?.close();
    this.#desk = undefined;
  }

  runs(): readonly RunRecord[] {
    return this.desk.runs({ last: 1_000 });
  }

  /** `state due`, seconds cut off, and how many for those that stand for several. */
  lines(): string[] {
    return this.runs().map(({ state, due, times }) => `${state} ${due.slice(0, 16)}${times > 1 ? ` ×${times}` : ""}`);
  }

  async close(): Promise<void> {
    await this.endProcess();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What has become ready has run. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
  await new Promise((resolve) => setImmediate(resolve));
}

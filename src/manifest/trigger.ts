// What starts turns without a caller, as the manifest declares it: triggers of agents, and the MQTT brokers that they use.

import type { Missing } from "./absence.ts";
import type { TlsConfig } from "./manifest.ts";
import type { Secret } from "./secret.ts";

/** One trigger of an agent. Its runs are known by its name over restarts and edits. */
export interface TriggerConfig {
  readonly name: string;
  readonly source: TriggerSource;
  /** A template; its placeholders were checked. */
  readonly prompt: string;
  /** The conversation of its turns, of this agent's triggers alone; absent: each turn stands alone. */
  readonly conversation?: string;
  /** What becomes of ticks that came while nobody could run them: left out, or the last of them made up for. */
  readonly catchUp: "none" | "last";
  /** What becomes of one that comes while a run goes on. */
  readonly overlap: "skip" | "queue";
  /** Absent: the answer is only recorded. */
  readonly deliver?: DeliverConfig;
}

export type TriggerSource = TimeSource | EventSource;

export type TimeSource =
  | { readonly type: "every"; readonly everyMs: number }
  /** `timezone`: an IANA name; absent: the machine's own. */
  | { readonly type: "cron"; readonly expression: string; readonly timezone?: string }
  | { readonly type: "at"; readonly at: string; readonly timezone?: string };

export type EventSource =
  /** `queueGroup` absent: one of the agent's and the trigger's own. */
  | { readonly type: "subject"; readonly subject: string; readonly queueGroup?: string }
  | { readonly type: "mqtt"; readonly broker: BrokerConfig; readonly topic: string; readonly qos: Qos }
  /** `folder` is absolute; `pattern` a glob for names, absent: every name. A file is whole once it has not changed for `settleMs`. */
  | { readonly type: "file"; readonly folder: string; readonly pattern?: string; readonly settleMs: number };

export type Qos = 0 | 1 | 2;

export type DeliverConfig =
  | { readonly type: "nats"; readonly subject: string }
  | {
      readonly type: "mqtt";
      readonly broker: BrokerConfig;
      readonly topic: string;
      readonly qos: Qos;
      readonly retain: boolean;
    }
  /** An absolute path; a template of `trigger`, `run` and `time`. */
  | { readonly type: "file"; readonly path: string };

/** An MQTT broker, one connection for all triggers of the runtime. */
export interface BrokerConfig extends Missing {
  readonly name: string;
  readonly url: string;
  readonly protocol: "v5" | "v3.1.1";
  readonly clientId: string;
  readonly keepAliveMs: number;
  readonly user?: string;
  readonly password?: Secret;
  readonly tls?: TlsConfig;
  readonly will?: WillConfig;
}

/** What the broker publishes for us when we are gone without a word. */
export interface WillConfig {
  readonly topic: string;
  readonly payload: string;
  readonly qos: Qos;
  readonly retain: boolean;
  /** Published by us at each connection, to the same topic; absent: nothing. */
  readonly online?: string;
}

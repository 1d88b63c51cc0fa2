// The manifest after parsing, checking and defaults: what the rest of Muster works with. The schema makes it, nobody changes it.

import type { Missing } from "./absence.ts";
import type { ListenAddress } from "./listen-address.ts";
import type { Secret } from "./secret.ts";
import type { KnowledgeConfig } from "./knowledge/config.ts";
import type { SkillsConfig } from "./skills/config.ts";
import type { ToolConfig } from "./tools/config.ts";
import type { BrokerConfig, TriggerConfig } from "./trigger.ts";

/** Everything that the main file and its drop-ins declare, names resolved, units converted (durations in ms, sizes in bytes). */
export interface Manifest {
  readonly identity: Identity;
  readonly nats: NatsConfig;
  readonly endpoints: ReadonlyMap<string, EndpointConfig>;
  /** By name. A model written inline (`ollama/qwen3:1.7b`) stands here under that text. */
  readonly models: ReadonlyMap<string, ModelConfig>;
  readonly agents: ReadonlyMap<string, AgentConfig>;
  /** MQTT brokers by name. */
  readonly brokers: ReadonlyMap<string, BrokerConfig>;
  /** Where health and figures are served; absent: nowhere. */
  readonly http?: ListenAddress;
  readonly limits?: LimitsConfig;
  /** Where traces are exported to; absent: nowhere. */
  readonly otlp?: OtlpConfig;
}

/** Export of traces to a collector. */
export interface OtlpConfig extends Missing {
  /** Of the traces: the whole URL. */
  readonly url: string;
  readonly protocol: "http/protobuf" | "http/json";
  readonly headers: Readonly<Record<string, Secret>>;
  readonly compression: "none" | "gzip";
  readonly timeoutMs: number;
  readonly tls?: TlsConfig;
  readonly serviceName: string;
  readonly resourceAttributes: Readonly<Record<string, string>>;
  /** 0 to 1. */
  readonly sampleRatio: number;
  /** What was said goes along. */
  readonly exportsContent: boolean;
}

/** What the runtime may take of the machine. */
export interface LimitsConfig {
  /** Resident memory of the runtime's own process. */
  readonly memoryBytes?: number;
}

/** The third and fourth subject tokens of every agent (§2). */
export interface Identity {
  readonly agent: string;
  readonly owner: string;
}

export interface NatsConfig {
  readonly mode: "auto" | "embedded" | "external";
  readonly embedded: EmbeddedConfig;
  readonly servers: readonly string[];
  /** Name of a NATS CLI context. */
  readonly context?: string;
  readonly credentialsFile?: string;
  readonly nkeyFile?: string;
  readonly user?: string;
  readonly password?: Secret;
  readonly token?: Secret;
  readonly tls?: TlsConfig;
  /** Where the server puts a sender's account into the subjects of our agents, counted from 1 (§13.7.1). */
  readonly accountTokenPosition?: number;
}

/** The bundled server. */
export interface EmbeddedConfig {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  readonly auth: "none" | "nkey";
  /** Other programs on a server with keys; absent: none. */
  readonly programs?: readonly ProgramConfig[];
  readonly hub?: HubConfig;
}

/** What a program may hear and say on the bundled server. */
export interface ProgramConfig {
  readonly name: string;
  /** Its public NKEY; absent: the caller of that name. */
  readonly key?: string;
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** The server that the bundled one is a leaf of. */
export interface HubConfig {
  readonly url: string;
  readonly credentialsFile?: string;
  readonly nkeyFile?: string;
  readonly user?: string;
  readonly password?: Secret;
  readonly token?: Secret;
  readonly tls?: TlsConfig;
}

export interface TlsConfig {
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
}

export type ProviderName = "ollama" | "openai" | "anthropic" | "builtin";

/** Where models live. One endpoint is one queue of `parallel` slots. */
export interface EndpointConfig extends Missing {
  readonly name: string;
  readonly provider: ProviderName;
  /** Base URL; absent for `builtin`. */
  readonly url?: string;
  readonly parallel: number;
  readonly apiKey?: Secret;
  readonly headers: Readonly<Record<string, Secret>>;
  readonly proxy?: Secret;
  readonly caFile?: string;
  readonly connectTimeoutMs: number;
  /** How often a call is tried again that failed in a way that may pass. */
  readonly retries: number;
  /** From a call's start: when its last try may begin. */
  readonly retryWithinMs: number;
}

export interface ModelConfig {
  readonly name: string;
  /** Key into `Manifest.endpoints`. An inline endpoint stands there under the model's name. */
  readonly endpoint: string;
  /** The provider's own name of the model; for `builtin` the file's base name. */
  readonly model: string;
  /** Context window in tokens; absent: the provider's own. */
  readonly context?: number;
  readonly maxOutput?: number;
  readonly keepAliveMs?: number;
  /** Memory that it takes when loaded, in place of an estimate; 0: nobody looks. */
  readonly ramBytes?: number;
  readonly pull: "never" | "if-missing";
  readonly temperature?: number;
  readonly seed?: number;
  readonly stop: readonly string[];
  readonly think?: boolean;
  /** A JSON schema that the answer must follow. */
  readonly schema?: Readonly<Record<string, unknown>>;
  /** Absent: not known, which is not the same as free. */
  readonly price?: PriceConfig;
  readonly budgets: readonly BudgetConfig[];
  /** In a chain: no text by then and the next model serves. */
  readonly firstTextMs?: number;
  readonly builtin?: BuiltinModel;
}

/** A GGUF file for the engine inside the executable. */
export interface BuiltinModel {
  /** Absolute path; absent when `url` names it. */
  readonly file?: string;
  readonly url?: string;
  readonly sha256?: string;
  readonly threads?: number;
}

export interface AgentConfig extends Missing {
  readonly name: string;
  readonly description: string;
  readonly instructions: string;
  /** One model or a chain, keys into `Manifest.models`, in order of preference. */
  readonly models: readonly string[];
  readonly heartbeatMs: number;
  readonly concurrency: number;
  readonly queue: number;
  readonly deadlineMs: number;
  readonly dedupeMs: number;
  /** Agents that a prompt may come through. */
  readonly maxHops: number;
  readonly attachments: boolean;
  readonly maxPayloadBytes: number;
  readonly replicas: boolean;
  readonly callers: CallersConfig;
  readonly budgets: readonly BudgetConfig[];
  readonly memory: MemoryConfig;
  readonly guards: GuardsConfig;
  /** In the order of the manifest. */
  readonly tools: readonly ToolConfig[];
  /** Absent: none. */
  readonly skills?: SkillsConfig;
  /** Absent: none. */
  readonly knowledge?: KnowledgeConfig;
  readonly turn: TurnConfig;
  readonly triggers: readonly TriggerConfig[];
  readonly approvalTimeoutMs: number;
  /** The file that declares it, absolute. */
  readonly source: string;
}

/** What prompts and answers may not hold, and what is not kept of them. */
export interface GuardsConfig {
  readonly maxPromptBytes?: number;
  readonly denyPrompt: readonly NamedPattern[];
  readonly denyAnswer: readonly NamedPattern[];
  readonly redact: readonly NamedPattern[];
}

export interface NamedPattern {
  readonly name: string;
  /** A regular expression without lookaround and back references. */
  readonly pattern: string;
}

/** What `perTokens` tokens cost. */
export interface PriceConfig {
  /** ISO 4217. */
  readonly currency: string;
  readonly input: number;
  /** Absent: as `input`. */
  readonly cachedInput?: number;
  readonly output: number;
  readonly perTokens: number;
}

/** How much may be spent in an hour, a day or a month. */
export interface BudgetConfig {
  readonly limit: number;
  readonly unit: "tokens" | "turns" | "cost";
  readonly per: "hour" | "day" | "month";
  /** Of a `cost`. */
  readonly currency?: string;
}

/** What an agent remembers of conversations. */
export interface MemoryConfig {
  readonly store: "sqlite" | "memory" | "kv";
  /** Of one conversation. */
  readonly keepTurns: number;
  /** What falls out of the window is folded by the model. */
  readonly summarise: boolean;
  /** After its last turn. */
  readonly expireMs: number;
  readonly conversations: number;
  /** Of one conversation. */
  readonly conversationBytes: number;
  /** Of all of the agent's. */
  readonly totalBytes: number;
}

/** How far one turn may go. */
export interface TurnConfig {
  /** Model calls. */
  readonly steps: number;
  readonly toolCalls: number;
  /** In and out, all model calls together; absent: as many as it takes. */
  readonly tokens?: number;
  readonly timeMs: number;
}

/** Whose prompts an agent serves (§13). */
export interface CallersConfig {
  readonly trust: "any" | "signed";
  /** User NKEYs and agent IDs. */
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  /** Whose signed yes lets a tool do what it must ask for. */
  readonly approve: readonly string[];
  /** Prompts of one sender. */
  readonly rate?: { readonly limit: number; readonly perMs: number };
}

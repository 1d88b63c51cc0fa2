// Files without problems → the effective manifest: defaults filled in, chains and inline models resolved.

import { type Absence, absencesBelow, missingOf } from "./absence.ts";
import { buildPrograms } from "./schema-programs.ts";
import { buildBudget } from "./build-budgets.ts";
import { buildGuards } from "./build-guards.ts";
import { buildEndpoint, buildModel } from "./build-endpoints.ts";
import {
  agentDefaults,
  callersDefaults,
  embeddedDefaults,
  httpDefaults,
  memoryDefaults,
  turnDefaults,
  withDefault,
} from "./defaults.ts";
import { type Brokers, buildBrokers, buildTriggers } from "./build-triggers.ts";
import { hostToken } from "./host-token.ts";
import { buildOtlp } from "./build-otlp.ts";
import { parseListen } from "./listen-address.ts";
import type {
  AgentConfig,
  CallersConfig,
  EmbeddedConfig,
  EndpointConfig,
  HubConfig,
  Identity,
  Manifest,
  MemoryConfig,
  ModelConfig,
  NatsConfig,
  TlsConfig,
  TurnConfig,
} from "./manifest.ts";
import { asProvider, resolveModel } from "./model-reference.ts";
import type { ManifestSource } from "./parsed-file.ts";
import type { AgentKeys } from "./schema-agent.ts";
import { buildKnowledge } from "./knowledge/build.ts";
import type { CallersKeys } from "./schema-callers.ts";
import type { MemoryKeys } from "./schema-memory.ts";
import type { EmbeddedKeys, EndpointKeys, FileContent, ModelKeys, NatsKeys } from "./schema.ts";
import type { TurnKeys } from "./schema-turn.ts";
import type { SkillsConfig } from "./skills/config.ts";
import { readSkills } from "./skills/read-skills.ts";
import type { Surroundings } from "./surroundings.ts";
import { buildTools } from "./tools/build.ts";

/** A file that passed every check, but for what it names and this machine does not have now. */
export interface CheckedFile {
  readonly source: ManifestSource;
  readonly content: FileContent;
  readonly absences: readonly Absence[];
}

/** One place that may set an agent's keys; relative names in it belong to `folder`. */
interface Layer {
  readonly keys: AgentKeys;
  readonly folder: string;
  /** Their paths start at the keys. */
  readonly absences: readonly Absence[];
}

export function buildManifest(
  main: CheckedFile,
  dropIns: readonly CheckedFile[],
  surroundings: Surroundings,
): Manifest {
  const models = new Models(surroundings);
  const files = [main, ...dropIns];
  for (const [name, keys] of Object.entries(main.content.endpoints ?? {})) {
    models.addEndpoint(name, keys, absencesBelow(main.absences, ["endpoints", name]));
  }
  for (const { content, absences } of files) {
    for (const [name, keys] of Object.entries(content.models ?? {})) {
      models.addModel(name, keys, absencesBelow(absences, ["models", name]));
    }
  }
  const identity = buildIdentity(main.content.identity, surroundings.hostName);
  const brokers = buildBrokers(main.content.mqtt ?? {}, identity, buildTls, main.absences);
  const agents = new Map<string, AgentConfig>();
  for (const file of files) {
    const lower = [...(file === main ? [] : [defaultsOf(file)]), defaultsOf(main)];
    for (const [name, keys] of Object.entries(file.content.agents ?? {})) {
      const absences = absencesBelow(file.absences, ["agents", name]);
      const layers = [{ keys, folder: file.source.folder, absences }, ...lower];
      agents.set(name, buildAgent(name, layers, file.source.path, { models, brokers, surroundings }));
    }
  }
  return {
    identity,
    nats: buildNats(main.content.nats ?? {}),
    endpoints: models.endpoints,
    models: models.models,
    agents,
    brokers,
    ...buildService(main),
    ...(main.content.otlp === undefined
      ? {}
      : {
          otlp: buildOtlp(main.content.otlp, surroundings.variables, buildTls, absencesBelow(main.absences, ["otlp"])),
        }),
  };
}

function buildService({ content, absences }: CheckedFile): Pick<Manifest, "http" | "limits"> {
  const { http, limits } = content;
  const hasAddress = absencesBelow(absences, ["http"]).length === 0;
  return {
    ...(http === undefined || !hasAddress
      ? {}
      : { http: parseListen(withDefault(http.listen, httpDefaults().listen)) }),
    ...(limits?.memory === undefined ? {} : { limits: { memoryBytes: limits.memory } }),
  };
}

/** Declared models and endpoints, and those that references bring into being. */
class Models {
  readonly endpoints = new Map<string, EndpointConfig>();
  readonly models = new Map<string, ModelConfig>();
  readonly #surroundings: Surroundings;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  addEndpoint(name: string, keys: EndpointKeys, absences: readonly Absence[]): void {
    this.endpoints.set(name, buildEndpoint(name, keys.provider, keys, this.#surroundings, absences));
  }

  addModel(name: string, keys: ModelKeys, absences: readonly Absence[]): void {
    const endpoint =
      keys.provider === undefined
        ? this.#endpoint(keys.endpoint ?? "")
        : this.#ownEndpoint(name, keys.provider, keys, absences);
    this.models.set(name, buildModel(name, endpoint.name, endpoint.provider, keys));
  }

  /** The key under which the model that a checked reference means stands. */
  use(reference: string, folder: string): string {
    if (this.models.has(reference)) return reference;
    const names = {
      endpoints: new Map([...this.endpoints.values()].map(({ name, provider }) => [name, provider])),
      models: new Set(this.models.keys()),
    };
    const resolved = resolveModel(reference, names);
    if (resolved.type === "unknown") throw new Error(resolved.message);
    if (resolved.type === "declared") return resolved.name;
    const endpoint = this.#endpoint(resolved.endpoint);
    if (endpoint.provider !== "builtin") {
      this.models.set(reference, buildModel(reference, endpoint.name, endpoint.provider, { model: resolved.model }));
      return reference;
    }
    const file = this.#surroundings.absolute(resolved.model, folder);
    const name = `${resolved.endpoint}/${file}`;
    this.models.set(name, buildModel(name, endpoint.name, "builtin", { file }));
    return name;
  }

  #endpoint(name: string): EndpointConfig {
    const known = this.endpoints.get(name);
    if (known !== undefined) return known;
    const provider = asProvider(name);
    if (provider === undefined) throw new Error(`No endpoint "${name}"`);
    const endpoint = buildEndpoint(name, provider, {}, this.#surroundings);
    this.endpoints.set(name, endpoint);
    return endpoint;
  }

  #ownEndpoint(
    model: string,
    provider: EndpointKeys["provider"],
    keys: ModelKeys,
    absences: readonly Absence[],
  ): EndpointConfig {
    const isTaken = this.endpoints.has(model) || asProvider(model) !== undefined;
    const name = isTaken ? `models.${model}` : model;
    const { url, ...rest } = keys;
    // With `builtin` the URL is the model's own, not an address.
    const isAddress = provider !== "builtin" && url !== undefined;
    const address = { ...rest, ...(isAddress ? { url } : {}) };
    const endpoint = buildEndpoint(name, provider, address, this.#surroundings, absences);
    this.endpoints.set(name, endpoint);
    return endpoint;
  }
}

function defaultsOf({ content, source, absences }: CheckedFile): Layer {
  return { keys: content.defaults ?? {}, folder: source.folder, absences: absencesBelow(absences, ["defaults"]) };
}

/** `layers`: the agent's own keys first, then defaults by precedence. */
function buildAgent(
  name: string,
  layers: readonly Layer[],
  source: string,
  parts: { readonly models: Models; readonly brokers: Brokers; readonly surroundings: Surroundings },
): AgentConfig {
  const { models, brokers, surroundings } = parts;
  const keys = layers.reduceRight<AgentKeys>((lower, layer) => ({ ...lower, ...layer.keys }), agentDefaults());
  const chain = layers.find((layer) => layer.keys.model !== undefined);
  const knowing = layers.find((layer) => layer.keys.knowledge !== undefined);
  return {
    name,
    description: keys.description ?? `${name}, a Muster agent`,
    instructions: instructionsOf(layers, surroundings),
    models: (chain?.keys.model ?? []).map((reference) => models.use(reference, chain?.folder ?? "")),
    heartbeatMs: withDefault(keys.heartbeat, agentDefaults().heartbeat),
    concurrency: withDefault(keys.concurrency, agentDefaults().concurrency),
    queue: withDefault(keys.queue, agentDefaults().queue),
    deadlineMs: withDefault(keys.deadline, agentDefaults().deadline),
    dedupeMs: withDefault(keys.dedupe, agentDefaults().dedupe),
    maxHops: withDefault(keys.max_hops, agentDefaults().max_hops),
    attachments: withDefault(keys.attachments, agentDefaults().attachments),
    maxPayloadBytes: withDefault(keys.max_payload, agentDefaults().max_payload),
    replicas: withDefault(keys.replicas, agentDefaults().replicas),
    callers: buildCallers(keys.callers ?? {}),
    memory: buildMemory(keys.memory ?? {}),
    turn: buildTurn(keys.turn ?? {}, withDefault(keys.deadline, agentDefaults().deadline)),
    tools: buildTools(keys.tools ?? {}),
    ...(keys.skills === undefined ? {} : { skills: skillsOf(keys.skills, surroundings) }),
    ...(keys.knowledge === undefined
      ? {}
      : { knowledge: buildKnowledge(keys.knowledge, models.use(keys.knowledge.model, knowing?.folder ?? "")) }),
    budgets: (keys.budget ?? []).map(buildBudget),
    guards: buildGuards(keys.guards ?? {}),
    triggers: buildTriggers(keys.triggers ?? {}, brokers),
    approvalTimeoutMs: withDefault(keys.approval_timeout, agentDefaults().approval_timeout),
    source,
    ...missingOf(absencesThatCount(layers)),
  };
}

function skillsOf(folders: readonly string[], surroundings: Surroundings): SkillsConfig {
  const { skills, missing } = readSkills(folders, surroundings);
  return { folders, skills, missing };
}

function buildTurn({ steps, tool_calls: toolCalls, tokens, time }: TurnKeys, deadlineMs: number): TurnConfig {
  return {
    steps: withDefault(steps, turnDefaults().steps),
    toolCalls: withDefault(toolCalls, turnDefaults().tool_calls),
    ...(tokens === undefined ? {} : { tokens }),
    timeMs: time ?? deadlineMs,
  };
}

/** Only who signs can be on a list of those that are served. */
function buildCallers({ trust, allow = [], deny, approve, rate }: CallersKeys): CallersConfig {
  return {
    trust: allow.length > 0 ? "signed" : withDefault(trust, callersDefaults().trust),
    allow,
    deny: deny ?? [],
    approve: approve ?? [],
    ...(rate === undefined ? {} : { rate: { limit: rate.limit, perMs: rate.per } }),
  };
}

function buildMemory(keys: MemoryKeys): MemoryConfig {
  return {
    store: withDefault(keys.store, memoryDefaults().store),
    keepTurns: withDefault(keys.keep_turns, memoryDefaults().keep_turns),
    expireMs: withDefault(keys.expire, memoryDefaults().expire),
    summarise: withDefault(keys.summarise, memoryDefaults().summarise),
    conversations: withDefault(keys.conversations, memoryDefaults().conversations),
    conversationBytes: withDefault(keys.conversation_size, memoryDefaults().conversation_size),
    totalBytes: withDefault(keys.size, memoryDefaults().size),
  };
}

/** Of defaults, what the agent does not set itself. */
function absencesThatCount(layers: readonly Layer[]): readonly Absence[] {
  return layers.flatMap((layer) =>
    layer.absences.filter(({ path: [key] }) => {
      if (key === "instructions_file") return layer === instructedBy(layers);
      return (
        layer ===
        layers.find(({ keys }) => Object.entries(keys).some(([one, value]) => one === key && value !== undefined))
      );
    }),
  );
}

function instructedBy(layers: readonly Layer[]): Layer | undefined {
  return layers.find(({ keys }) => keys.instructions !== undefined || keys.instructions_file !== undefined);
}

function instructionsOf(layers: readonly Layer[], surroundings: Surroundings): string {
  const keys = instructedBy(layers)?.keys;
  if (keys?.instructions !== undefined || keys?.instructions_file === undefined) return keys?.instructions ?? "";
  const content = surroundings.readText(keys.instructions_file);
  return "text" in content ? content.text : "";
}

function buildIdentity(identity: FileContent["identity"], hostName: string): Identity {
  return { agent: identity?.agent ?? "muster", owner: identity?.owner ?? hostToken(hostName) };
}

function buildNats(keys: NatsKeys): NatsConfig {
  return {
    mode: keys.mode ?? impliedMode(keys),
    embedded: buildEmbedded(keys.embedded ?? {}),
    servers: keys.servers ?? [],
    ...(keys.context === undefined ? {} : { context: keys.context }),
    ...(keys.account_token_position === undefined ? {} : { accountTokenPosition: keys.account_token_position }),
    ...buildCredentials(keys),
  };
}

function impliedMode({ servers, context, embedded }: NatsKeys): NatsConfig["mode"] {
  if (servers !== undefined || context !== undefined) return "external";
  return embedded?.auth === "nkey" || embedded?.hub !== undefined ? "embedded" : "auto";
}

function buildEmbedded(keys: EmbeddedKeys): EmbeddedConfig {
  return {
    host: withDefault(keys.host, embeddedDefaults().host),
    port: withDefault(keys.port, embeddedDefaults().port),
    auth: withDefault(keys.auth, embeddedDefaults().auth),
    ...(keys.programs === undefined ? {} : { programs: buildPrograms(keys.programs) }),
    ...(keys.hub === undefined ? {} : { hub: { url: keys.hub.url, ...buildCredentials(keys.hub) } }),
  };
}

/** The keys by which both a server and a hub are told who we are. */
type CredentialKeys = Pick<NatsKeys, "credentials_file" | "nkey_file" | "user" | "password" | "token" | "tls">;

function buildCredentials(keys: CredentialKeys): Omit<HubConfig, "url"> {
  return {
    ...(keys.credentials_file === undefined ? {} : { credentialsFile: keys.credentials_file }),
    ...(keys.nkey_file === undefined ? {} : { nkeyFile: keys.nkey_file }),
    ...(keys.user === undefined ? {} : { user: keys.user }),
    ...(keys.password === undefined ? {} : { password: keys.password }),
    ...(keys.token === undefined ? {} : { token: keys.token }),
    ...(keys.tls === undefined ? {} : { tls: buildTls(keys.tls) }),
  };
}

function buildTls(keys: NonNullable<NatsKeys["tls"]>): TlsConfig {
  return {
    ...(keys.ca_file === undefined ? {} : { caFile: keys.ca_file }),
    ...(keys.cert_file === undefined ? {} : { certFile: keys.cert_file }),
    ...(keys.key_file === undefined ? {} : { keyFile: keys.key_file }),
  };
}

// The effective manifest in the manifest's own words: every default written out, secrets masked.

import { stringify } from "yaml";
import { guardsPlain } from "./build-guards.ts";
import { pricePlain } from "./build-budgets.ts";
import { formatListen } from "./listen-address.ts";
import type {
  AgentConfig,
  CallersConfig,
  EmbeddedConfig,
  EndpointConfig,
  HubConfig,
  Manifest,
  MemoryConfig,
  ModelConfig,
  NatsConfig,
  TurnConfig,
} from "./manifest.ts";
import { otlpPlain } from "./build-otlp.ts";
import { knowledgePlain } from "./knowledge/build.ts";
import { toolsPlain } from "./tools/build.ts";
import { brokerPlain, triggerPlain } from "./resolved-triggers.ts";
import { programsPlain } from "./schema-programs.ts";
import { formatDuration, formatSize } from "./units.ts";

/** For `muster check --resolved`. */
export function resolvedYaml(manifest: Manifest): string {
  return stringify(resolvedPlain(manifest), { lineWidth: 0, aliasDuplicateObjects: false });
}

/** The same as plain values; a secret is its mask. */
export function resolvedPlain(manifest: Manifest): Record<string, unknown> {
  const { identity, nats, endpoints, models, agents, brokers } = manifest;
  return {
    version: 1,
    identity: { owner: identity.owner, agent: identity.agent },
    nats: natsPlain(nats),
    ...servicePlain(manifest),
    ...(manifest.otlp === undefined ? {} : { otlp: otlpPlain(manifest.otlp) }),
    ...(brokers.size === 0 ? {} : { mqtt: byName(brokers, brokerPlain) }),
    endpoints: byName(endpoints, endpointPlain),
    models: byName(models, modelPlain),
    agents: byName(agents, agentPlain),
  };
}

function byName<Value>(
  values: ReadonlyMap<string, Value>,
  plain: (value: Value) => Record<string, unknown>,
): Record<string, unknown> {
  return Object.fromEntries([...values].map(([name, value]) => [name, plain(value)]));
}

function servicePlain({ http, limits }: Manifest): Record<string, unknown> {
  const memory = limits?.memoryBytes;
  return withoutAbsent({
    http: http && { listen: formatListen(http) },
    limits: memory === undefined ? undefined : { memory: formatSize(memory) },
  });
}

function natsPlain(nats: NatsConfig): Record<string, unknown> {
  return withoutAbsent({
    mode: nats.mode,
    embedded: embeddedPlain(nats.embedded),
    servers: nats.servers.length === 0 ? undefined : nats.servers,
    context: nats.context,
    ...credentialsPlain(nats),
    account_token_position: nats.accountTokenPosition,
  });
}

function embeddedPlain({ host, port, auth, programs, hub }: EmbeddedConfig): Record<string, unknown> {
  return withoutAbsent({
    host,
    port,
    auth,
    programs: programs && programsPlain(programs),
    hub: hub && withoutAbsent({ url: hub.url, ...credentialsPlain(hub) }),
  });
}

function credentialsPlain(of: Omit<HubConfig, "url">): Record<string, unknown> {
  const { tls } = of;
  return {
    credentials_file: of.credentialsFile,
    nkey_file: of.nkeyFile,
    user: of.user,
    password: of.password?.toString(),
    token: of.token?.toString(),
    tls: tls && withoutAbsent({ ca_file: tls.caFile, cert_file: tls.certFile, key_file: tls.keyFile }),
  };
}

function endpointPlain(endpoint: EndpointConfig): Record<string, unknown> {
  const headers = Object.entries(endpoint.headers).map(([name, value]) => [name, value.toString()] as const);
  return withoutAbsent({
    provider: endpoint.provider,
    url: endpoint.url,
    parallel: endpoint.parallel,
    api_key: endpoint.apiKey?.toString(),
    headers: headers.length === 0 ? undefined : Object.fromEntries(headers),
    proxy: endpoint.proxy?.toString(),
    ca_file: endpoint.caFile,
    connect_timeout: formatDuration(endpoint.connectTimeoutMs),
    retries: endpoint.retries,
    retry_within: formatDuration(endpoint.retryWithinMs),
  });
}

function modelPlain(model: ModelConfig): Record<string, unknown> {
  return withoutAbsent({
    endpoint: model.endpoint,
    model: model.builtin === undefined ? model.model : undefined,
    file: model.builtin?.file,
    url: model.builtin?.url,
    sha256: model.builtin?.sha256,
    threads: model.builtin?.threads,
    context: model.context,
    max_output: model.maxOutput,
    keep_alive: model.keepAliveMs === undefined ? undefined : formatDuration(model.keepAliveMs),
    ram: model.ramBytes === undefined ? undefined : formatSize(model.ramBytes),
    pull: model.builtin === undefined ? model.pull : undefined,
    temperature: model.temperature,
    seed: model.seed,
    stop: model.stop.length === 0 ? undefined : model.stop,
    think: model.think,
    schema: model.schema,
    price: model.price && pricePlain(model.price),
    budget: model.budgets.length === 0 ? undefined : model.budgets,
    first_text: model.firstTextMs === undefined ? undefined : formatDuration(model.firstTextMs),
  });
}

function agentPlain(agent: AgentConfig): Record<string, unknown> {
  const [only, ...more] = agent.models;
  const triggers = agent.triggers.map((trigger) => [trigger.name, triggerPlain(trigger)] as const);
  return withoutAbsent({
    description: agent.description,
    instructions: agent.instructions,
    model: more.length === 0 ? only : agent.models,
    heartbeat: formatDuration(agent.heartbeatMs),
    concurrency: agent.concurrency,
    queue: agent.queue,
    deadline: formatDuration(agent.deadlineMs),
    dedupe: formatDuration(agent.dedupeMs),
    max_hops: agent.maxHops,
    attachments: agent.attachments,
    max_payload: formatSize(agent.maxPayloadBytes),
    replicas: agent.replicas,
    callers: callersPlain(agent.callers),
    guards: guardsPlain(agent.guards),
    budget: agent.budgets.length === 0 ? undefined : agent.budgets,
    memory: memoryPlain(agent.memory),
    turn: turnPlain(agent.turn),
    tools: agent.tools.length === 0 ? undefined : toolsPlain(agent.tools),
    skills: agent.skills?.folders,
    knowledge: agent.knowledge && knowledgePlain(agent.knowledge),
    approval_timeout: formatDuration(agent.approvalTimeoutMs),
    triggers: triggers.length === 0 ? undefined : Object.fromEntries(triggers),
  });
}

function memoryPlain(memory: MemoryConfig): Record<string, unknown> {
  return {
    store: memory.store,
    keep_turns: memory.keepTurns,
    expire: formatDuration(memory.expireMs),
    summarise: memory.summarise,
    conversations: memory.conversations,
    conversation_size: formatSize(memory.conversationBytes),
    size: formatSize(memory.totalBytes),
  };
}

function turnPlain({ steps, toolCalls, tokens, timeMs }: TurnConfig): Record<string, unknown> {
  return withoutAbsent({ steps, tool_calls: toolCalls, tokens, time: formatDuration(timeMs) });
}

function callersPlain({ trust, allow, deny, approve, rate }: CallersConfig): Record<string, unknown> {
  return withoutAbsent({
    trust,
    allow: allow.length === 0 ? undefined : allow,
    deny: deny.length === 0 ? undefined : deny,
    approve: approve.length === 0 ? undefined : approve,
    rate: rate && { limit: rate.limit, per: formatDuration(rate.perMs) },
  });
}

function withoutAbsent(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

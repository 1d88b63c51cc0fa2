// The secrets that a manifest resolves to, and the files that are nothing but secrets: to find out who may read them.

import type { HubConfig, Manifest, NatsConfig } from "../../manifest/manifest.ts";
import type { Secret } from "../../manifest/secret.ts";
import type { McpServerConfig, ToolConfig } from "../../manifest/tools/config.ts";

/** Shorter ones stand in any text. */
const leastChars = 6;

/** Plain values: for comparing, never to be shown. */
export function secretsOf({ nats, endpoints, brokers, agents, otlp }: Manifest): readonly string[] {
  const ofBus = [nats, nats.embedded.hub].flatMap((one) => [one?.password, one?.token]);
  const ofEndpoints = [...endpoints.values()].flatMap(({ apiKey, proxy, headers }) => [
    apiKey,
    proxy,
    ...Object.values(headers),
  ]);
  const ofBrokers = [...brokers.values()].map(({ password }) => password);
  const tools = [...agents.values()].flatMap((agent) => agent.tools);
  const ofTools = tools.flatMap(secretsOfTool);
  const ofTraces = Object.values(otlp?.headers ?? {});
  const values = [...ofBus, ...ofEndpoints, ...ofBrokers, ...ofTools, ...ofTraces].flatMap((secret) =>
    secret === undefined ? [] : [secret.reveal()],
  );
  return [...new Set(values)].filter((value) => value.length >= leastChars);
}

/** Credentials, seeds and keys that the manifest names by path. */
export function secretFilesOf({ nats, brokers, otlp }: Manifest): readonly string[] {
  const keys = [...brokers.values()].flatMap(({ tls }) => tls?.keyFile ?? []);
  return [
    ...[nats, nats.embedded.hub].flatMap(filesOf),
    ...keys,
    ...(otlp?.tls?.keyFile === undefined ? [] : [otlp.tls.keyFile]),
  ];
}

function filesOf(of: NatsConfig | HubConfig | undefined): string[] {
  return [of?.credentialsFile, of?.nkeyFile, of?.tls?.keyFile].filter((path) => path !== undefined);
}

function secretsOfTool(tool: ToolConfig): readonly (Secret | undefined)[] {
  switch (tool.type) {
    case "mcp":
      return secretsOfServer(tool.server);
    case "http":
      return Object.values(tool.headers);
    case "shell":
    case "command":
      return Object.values(tool.environment);
    default:
      return [];
  }
}

function secretsOfServer(server: McpServerConfig): readonly (Secret | undefined)[] {
  return server.type === "stdio" ? Object.values(server.env) : [server.proxy, ...Object.values(server.headers)];
}

// `nats` of the effective manifest: the server, the bundled one and its hub.

import { buildTls } from "./build-tls.ts";
import { embeddedDefaults, withDefault } from "./defaults.ts";
import type { EmbeddedConfig, HubConfig, NatsConfig } from "./manifest.ts";
import type { EmbeddedKeys, NatsKeys } from "./schema.ts";
import { buildPrograms } from "./schema-programs.ts";

export function buildNats(keys: NatsKeys): NatsConfig {
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

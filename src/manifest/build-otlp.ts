// `otlp` of the effective manifest, and back in the manifest's own words.

import { type Absence, missingOf } from "./absence.ts";
import { buildTls } from "./build-tls.ts";
import { otlpDefaults, withDefault } from "./defaults.ts";
import type { OtlpConfig } from "./manifest.ts";
import { otlpPairs, otlpVariable } from "./otlp-environment.ts";
import { type OtlpKeys, otlpProtocols } from "./schema-otlp.ts";
import { Secret } from "./secret.ts";
import { formatDuration } from "./units.ts";

type Variables = Readonly<Record<string, string | undefined>>;

const tracesPath = "/v1/traces";
/** Nothing is ever sent there: whoever has it lacks its collector. */
const noCollector = "http://absent.invalid";

/** `keys` passed every check: what is missing in them is in the environment, or among the absences. */
export function buildOtlp(keys: OtlpKeys, variables: Variables, absences: readonly Absence[]): OtlpConfig {
  const found = keys.environment === true ? variables : {};
  const attributes = otlpPairs(otlpVariable(found, "resourceAttributes") ?? "") ?? {};
  const { "service.name": named, ...others } = { ...attributes, ...keys.resource_attributes };
  return {
    url: tracesUrl(keys.endpoint ?? otlpVariable(found, "endpoint") ?? noCollector),
    protocol: withDefault(keys.protocol ?? protocolOf(found), otlpDefaults().protocol),
    headers: { ...secretHeaders(otlpVariable(found, "headers") ?? ""), ...keys.headers },
    compression: withDefault(keys.compression, otlpDefaults().compression),
    timeoutMs: withDefault(keys.timeout, otlpDefaults().timeout),
    ...(keys.tls === undefined ? {} : { tls: buildTls(keys.tls) }),
    serviceName: withDefault(
      keys.service_name ?? otlpVariable(found, "serviceName") ?? named,
      otlpDefaults().service_name,
    ),
    resourceAttributes: others,
    sampleRatio: withDefault(keys.sample_ratio, otlpDefaults().sample_ratio),
    exportsContent: withDefault(keys.content, otlpDefaults().content),
    ...missingOf(absences),
  };
}

export function otlpPlain(otlp: OtlpConfig): Record<string, unknown> {
  const { headers, resourceAttributes, tls } = otlp;
  const shown = Object.entries(headers).map(([name, value]) => [name, value.toString()] as const);
  const files = { ca_file: tls?.caFile, cert_file: tls?.certFile, key_file: tls?.keyFile };
  const plain = {
    endpoint: otlp.url,
    protocol: otlp.protocol,
    headers: shown.length === 0 ? undefined : Object.fromEntries(shown),
    compression: otlp.compression,
    timeout: formatDuration(otlp.timeoutMs),
    tls: tls && Object.fromEntries(Object.entries(files).filter(([, file]) => file !== undefined)),
    service_name: otlp.serviceName,
    resource_attributes: Object.keys(resourceAttributes).length === 0 ? undefined : resourceAttributes,
    sample_ratio: otlp.sampleRatio,
    content: otlp.exportsContent,
  };
  return Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined));
}

/** The path of traces is added to an address, unless it ends in that already. */
function tracesUrl(endpoint: string): string {
  const url = new URL(endpoint);
  const path = url.pathname.replace(/\/+$/, "");
  url.pathname = path.endsWith(tracesPath) ? path : `${path}${tracesPath}`;
  return url.href;
}

function protocolOf(variables: Variables): OtlpConfig["protocol"] | undefined {
  const given = otlpVariable(variables, "protocol");
  return otlpProtocols.find((protocol) => protocol === given);
}

function secretHeaders(text: string): Record<string, Secret> {
  return Object.fromEntries(Object.entries(otlpPairs(text) ?? {}).map(([name, value]) => [name, new Secret(value)]));
}

// Rules of `otlp`: there is a collector to send to, and what the environment says of it can be used.

import { quoted } from "./describe-value.ts";
import { isLoopback } from "./listen-address.ts";
import { otlpPairs, otlpVariable, otlpVariables } from "./otlp-environment.ts";
import { asRaw, section, type ParsedFile, type Raw } from "./parsed-file.ts";
import { otlpProtocols, otlpSchema } from "./schema-otlp.ts";
import { keysOf } from "./schema-walk.ts";
import type { Surroundings } from "./surroundings.ts";

const headerName = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,256}$/;

export function checkOtlp(file: ParsedFile, { variables, wasGood }: Pick<Surroundings, "variables" | "wasGood">): void {
  if (file.scope === undefined || !isMapOfKnownKeys(file.raw["otlp"])) return;
  const otlp = section(file.raw, "otlp");
  const found = otlp["environment"] === true ? variables : {};
  // Of a text that was good once, it is the environment that is another now.
  const problem = (text: string) => {
    if (wasGood === true) file.scope?.absent(["otlp"], text);
    else file.scope?.keyProblem(["otlp"], text);
  };
  const endpoint = otlp["endpoint"] ?? otlpVariable(found, "endpoint");
  if (endpoint === undefined) {
    problem(`Found no endpoint, accepted one, or environment: true with ${otlpVariables.endpoint} set`);
  }
  for (const text of environmentProblems(otlp, found)) problem(text);
  const { cert_file: cert, key_file: key } = asRaw(otlp["tls"]);
  if ((cert === undefined) !== (key === undefined)) {
    file.scope.keyProblem(["otlp", "tls"], "Found one of cert_file and key_file, accepted both or none");
  }
  if (typeof endpoint === "string") warnOfOpenKeys(file, endpoint, otlp, found);
}

/** What the schema refuses has been told. */
function isMapOfKnownKeys(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const known = keysOf(otlpSchema);
  return Object.keys(value).every((key) => known.has(key));
}

function environmentProblems(otlp: Raw, found: Surroundings["variables"]): readonly string[] {
  const endpoint = otlp["endpoint"] === undefined ? otlpVariable(found, "endpoint") : undefined;
  const protocol = otlp["protocol"] === undefined ? otlpVariable(found, "protocol") : undefined;
  const headers = otlpVariable(found, "headers");
  const attributes = otlpVariable(found, "resourceAttributes");
  return [
    ...(endpoint === undefined || isHttpUrl(endpoint)
      ? []
      : [
          `Found ${otlpVariables.endpoint}, which is no URL that starts with http:// or https://, without user and password in it`,
        ]),
    ...(protocol === undefined || otlpProtocols.some((one) => one === protocol)
      ? []
      : [`Found ${otlpVariables.protocol}=${quoted(protocol)}, accepted ${otlpProtocols.join(" or ")}`]),
    ...(headers === undefined || areHeaders(otlpPairs(headers))
      ? []
      : [`Found ${otlpVariables.headers}, which is no list such as name=value,name=value`]),
    ...(attributes === undefined || otlpPairs(attributes) !== undefined
      ? []
      : [`Found ${otlpVariables.resourceAttributes}, which is no list such as name=value,name=value`]),
  ];
}

function isHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  return ["http:", "https:"].includes(protocol) && hostname !== "" && username === "" && password === "";
}

function areHeaders(pairs: Readonly<Record<string, string>> | undefined): boolean {
  if (pairs === undefined) return false;
  return Object.entries(pairs).every(([name, value]) => headerName.test(name) && /^[^\r\n\0]*$/.test(value));
}

function warnOfOpenKeys(file: ParsedFile, endpoint: string, otlp: Raw, found: Surroundings["variables"]): void {
  const hasHeaders = "headers" in otlp || otlpVariable(found, "headers") !== undefined;
  if (!hasHeaders || !isHttpUrl(endpoint)) return;
  const { protocol, hostname } = new URL(endpoint);
  if (protocol === "https:" || isLoopback(hostname.replace(/^\[|\]$/g, ""))) return;
  const text = `Found headers for ${quoted(endpoint)}, which go over the network unencrypted; better https://`;
  file.scope?.warning("headers" in otlp ? ["otlp", "headers"] : ["otlp"], text);
}

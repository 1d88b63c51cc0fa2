// Rules between the keys of `nats`: one way onto the bus, one kind of credentials.

import { quoted } from "./describe-value.ts";
import type { FileScope } from "./file-scope.ts";
import { asRaw, section, type ParsedFile, type Raw } from "./parsed-file.ts";

const credentialKeys = ["credentials_file", "nkey_file", "user", "token"];
const loopback = /^(127(\.\d{1,3}){3}|::1|localhost)$/;

export function checkNats(file: ParsedFile): void {
  if (file.scope === undefined) return;
  const nats = section(file.raw, "nats");
  checkMode(nats, file.scope);
  checkCredentials(nats, ["nats"], file.scope);
  checkEmbedded(nats, file.scope);
  checkPrograms(asRaw(nats["embedded"]), file.scope);
  const hub = asRaw(asRaw(nats["embedded"])["hub"]);
  checkCredentials(hub, ["nats", "embedded", "hub"], file.scope);
  pair(asRaw(nats["tls"]), "cert_file", "key_file", ["nats", "tls"], file.scope);
  pair(asRaw(hub["tls"]), "cert_file", "key_file", ["nats", "embedded", "hub", "tls"], file.scope);
}

function checkMode(nats: Raw, scope: FileScope): void {
  const where = ["servers", "context"].filter((key) => key in nats);
  if (where.length === 2)
    scope.keyProblem(
      ["nats", "context"],
      "Found context beside servers, accepted one of them: a context has its own servers",
    );
  const { mode } = nats;
  if (mode === "external" && where.length === 0) {
    scope.problem(["nats", "mode"], 'Found "external" without servers or context, accepted with one of them');
  }
  if ((mode === "auto" || mode === "embedded") && where[0] !== undefined) {
    scope.problem(["nats", "mode"], `Found "${mode}" beside ${where[0]}, accepted external there, or no ${where[0]}`);
  }
  if ("embedded" in nats && where.length > 0) {
    scope.warning(
      ["nats", "embedded"],
      "Found settings of the bundled server, which is not used with servers or context",
    );
  }
}

/** What the settings of the bundled server need of each other and of the mode. */
function checkEmbedded(nats: Raw, scope: FileScope): void {
  const { host, auth, hub } = asRaw(nats["embedded"]);
  const isWithPort = typeof host === "string" && host.split(":").length === 2;
  if (typeof host === "string" && !isWithPort && auth !== "nkey" && !loopback.test(host)) {
    scope.problem(
      ["nats", "embedded", "host"],
      `Found ${quoted(host)} without authentication, accepted a loopback address such as 127.0.0.1, or auth: nkey beside it`,
    );
  }
  const needs = [...(auth === "nkey" ? ["auth: nkey"] : []), ...(hub === undefined ? [] : ["hub"])];
  if (nats["mode"] === "auto" && needs.length > 0) {
    scope.problem(
      ["nats", "mode"],
      `Found "auto", which may use another server, beside embedded ${needs.join(" and ")}; accepted embedded there`,
    );
  }
  const own = [...credentialKeys, "password"].find((key) => key in nats);
  if (auth === "nkey" && own !== undefined) {
    scope.keyProblem(
      ["nats", own],
      `Found ${own} beside embedded auth: nkey, accepted none: the bundled server makes its own keys`,
    );
  }
}

/** Programs are told apart by their keys, and each has something to say or to hear. */
function checkPrograms({ auth, programs }: Raw, scope: FileScope): void {
  const path = ["nats", "embedded", "programs"];
  if (programs !== undefined && auth !== "nkey")
    scope.keyProblem(
      path,
      "Found programs without auth: nkey, accepted beside it: a server without keys takes everybody",
    );
  const owners = new Map<unknown, string>();
  for (const [name, value] of Object.entries(asRaw(programs))) {
    const { key, publish, subscribe } = asRaw(value);
    if (publish === undefined && subscribe === undefined)
      scope.problem(
        [...path, name],
        "Found neither publish nor subscribe, accepted are subjects in one of them at least",
      );
    const other = owners.get(key);
    if (other !== undefined)
      scope.problem([...path, name, "key"], `Found the key of "${other}", accepted one of its own`);
    if (key !== undefined) owners.set(key, name);
  }
}

function checkCredentials(values: Raw, path: readonly string[], scope: FileScope): void {
  const [first, ...more] = [...credentialKeys, ...("user" in values ? [] : ["password"])].filter(
    (key) => key in values,
  );
  for (const key of more)
    scope.keyProblem([...path, key], `Found ${key} beside ${first ?? ""}, accepted one kind of credentials`);
  if (first !== undefined && "context" in values) {
    scope.keyProblem(
      [...path, first],
      `Found ${first} beside context, accepted one of them: a context has its own credentials`,
    );
  }
  pair(values, "user", "password", path, scope);
}

function pair(values: Raw, one: string, other: string, path: readonly string[], scope: FileScope): void {
  if (one in values && !(other in values))
    scope.keyProblem([...path, one], `Found ${one} without ${other}, accepted both or none`);
  if (other in values && !(one in values))
    scope.keyProblem([...path, other], `Found ${other} without ${one}, accepted both or none`);
}

// Rules between the keys of `nats`: one way onto the bus, one kind of credentials.

import type { FileScope } from "./file-scope.ts";
import { asRaw, section, type ParsedFile, type Raw } from "./parsed-file.ts";

const credentialKeys = ["credentials_file", "nkey_file", "user", "token"];

export function checkNats(file: ParsedFile): void {
  if (file.scope === undefined) return;
  const nats = section(file.raw, "nats");
  checkMode(nats, file.scope);
  checkCredentials(nats, file.scope);
  const tls = asRaw(nats["tls"]);
  pair(tls, "cert_file", "key_file", ["nats", "tls"], file.scope);
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

function checkCredentials(nats: Raw, scope: FileScope): void {
  const [first, ...more] = [...credentialKeys, ...("user" in nats ? [] : ["password"])].filter((key) => key in nats);
  for (const key of more)
    scope.keyProblem(["nats", key], `Found ${key} beside ${first ?? ""}, accepted one kind of credentials`);
  if (first !== undefined && "context" in nats) {
    scope.keyProblem(
      ["nats", first],
      `Found ${first} beside context, accepted one of them: a context has its own credentials`,
    );
  }
  pair(nats, "user", "password", ["nats"], scope);
}

function pair(values: Raw, one: string, other: string, path: readonly string[], scope: FileScope): void {
  if (one in values && !(other in values))
    scope.keyProblem([...path, one], `Found ${one} without ${other}, accepted both or none`);
  if (other in values && !(one in values))
    scope.keyProblem([...path, other], `Found ${other} without ${one}, accepted both or none`);
}

// Tools that change or run something: whoever may prompt their agent may have them used, so who that is must be known.

import type { FileScope } from "../file-scope.ts";
import { asRaw, type Raw } from "../parsed-file.ts";
import type { Path } from "../yaml-tree.ts";
import { sendsMoreThanReads } from "./check-http-tool.ts";

/** One place that may set an agent's keys, as they are written: the agent itself, then the defaults by precedence. */
export type AgentLayers = readonly [agent: Raw, ...defaults: Raw[]];

/**
 * Tools of an agent, its own or of the defaults, that need callers who are known: on a bus that asks for credentials, or by their
 * signatures. `path`: the agent's.
 */
export function checkPrivileged(layers: AgentLayers, path: Path, scope: FileScope, isBusAuthenticated: boolean): void {
  if (isBusAuthenticated || servesSignedOnly(layers)) return;
  for (const [name, value] of Object.entries(asRaw(effective(layers, "tools")))) {
    const tool = asRaw(value);
    const privilege = privilegeOf(tool);
    if (privilege === undefined || tool["allow_unauthenticated"] === true) continue;
    const isOwn = "tools" in layers[0];
    scope.problem(
      isOwn ? [...path, "tools", name] : path,
      `Found the tool "${name}", which ${privilege}, on a bus without authentication; accepted with callers: { trust: signed }, with nats.embedded.auth: nkey or credentials of nats, or with allow_unauthenticated: true in the tool`,
    );
  }
}

/** Whether others need credentials to be on the bus that the main file's `nats` names: as far as it says so. */
export function isBusAuthenticated(nats: Raw): boolean {
  const isExternal = "servers" in nats || "context" in nats;
  if (!isExternal) return asRaw(nats["embedded"])["auth"] === "nkey";
  const keys = ["context", "credentials_file", "nkey_file", "user", "token"];
  return keys.some((key) => key in nats) || "cert_file" in asRaw(nats["tls"]);
}

/** What a tool does that not everybody may have done; undefined: nothing. */
function privilegeOf(tool: Raw): string | undefined {
  switch (tool["type"]) {
    case "files":
      return tool["access"] === "write" ? "writes files" : undefined;
    case "command":
      return "runs a program";
    case "http":
      return sendsMoreThanReads(tool) ? "sends more than GET and HEAD" : undefined;
    case "shell":
      return "runs programs";
    default:
      return undefined;
  }
}

function servesSignedOnly(layers: AgentLayers): boolean {
  const { trust, allow } = asRaw(effective(layers, "callers"));
  return trust === "signed" || (Array.isArray(allow) && allow.length > 0);
}

function effective(layers: AgentLayers, key: string): unknown {
  return layers.find((layer) => key in layer)?.[key];
}

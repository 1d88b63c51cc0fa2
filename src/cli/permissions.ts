// `muster permissions`: what a user of somebody else's NATS server must be allowed, and no more.

import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { namedSubjects, noNamedSubjects } from "../bus/identity/named-subjects.ts";
import { type Role, rolePermissions, type RolePermissions, roles } from "../bus/identity/role-permissions.ts";
import { serviceVariables } from "../host/unit-reach.ts";
import { hostToken } from "../manifest/host-token.ts";
import { isSubjectToken } from "../protocol/subjects.ts";
import type { Command, Invocation } from "./command.ts";
import { CommandError, exitCode, usageError } from "./command-error.ts";
import { fileOption } from "./common-options.ts";
import { defaultManifestFiles } from "./manifest-file.ts";
import type { Terminal } from "./terminal.ts";

export const command: Command = {
  name: "permissions",
  summary: "Print the least NATS permissions for a role, for a server of your own",
  details: [
    "ROLE is host (serves the agents of a manifest), caller (finds and prompts agents) or operator (a caller who also replays and removes jobs). " +
      "Prints the permissions of a user for nats-server's configuration, or with --nsc the flags for nsc.",
    "A host is told apart by its agents' subjects: owner and agent are the manifest's, or those given. It can serve no other subjects, nor send heartbeats in another's name. " +
      "With a manifest it may also use the subjects that its tools (publish, request) and triggers name.",
    "Inboxes: with the default prefix every user of an account can hear the answers that others get. A NATS context with inbox_prefix gives a user " +
      "its own; name it by --inbox.",
  ],
  args: [{ name: "ROLE", description: "host, caller or operator", complete: roles }],
  options: {
    owner: { value: "OWNER", description: "of the host's agents; default the manifest's", complete: "none" },
    agent: { value: "AGENT", description: "of the host's agents; default the manifest's", complete: "none" },
    inbox: { value: "PREFIX", description: "prefix of the user's reply subjects; default _INBOX", complete: "none" },
    "no-jobs": { description: "without what jobs need of JetStream" },
    "kv-memory": { description: "for a host: with what memory: { store: kv } needs of JetStream" },
    nsc: { description: "print flags for nsc" },
    ...fileOption,
  },
  examples: [
    { line: "muster permissions host -f agents.yaml", does: "for the user that serves these agents" },
    { line: "muster permissions caller --no-jobs", does: "for users who prompt agents" },
    { line: "nsc edit user ann $(muster permissions operator --nsc)", does: "with nsc" },
  ],
  run: permissions,
};

async function permissions(invocation: Invocation, terminal: Terminal): Promise<number> {
  const [word = ""] = invocation.args;
  const role = roles.find((one) => one === word);
  if (role === undefined) throw usageError(`There is no role "${word}"; write ${roles.join(", ")}`);
  const inboxPrefix = invocation.text("inbox") ?? "_INBOX";
  if (!inboxPrefix.split(".").every(isSubjectToken)) {
    throw usageError(`"${inboxPrefix}" is no prefix of subjects; write one such as _INBOX_ann`);
  }
  const scope = {
    ...(await hostOf(role, invocation, terminal)),
    inboxPrefix,
    hasJobs: !invocation.flag("no-jobs"),
    hasKvMemory: invocation.flag("kv-memory"),
  };
  const found = rolePermissions(role, scope);
  terminal.out(invocation.flag("nsc") ? `${nscFlags(found)}\n` : configText(found));
  return exitCode.ok;
}

/** Only a host has an owner, and agents that name subjects. */
async function hostOf(role: Role, invocation: Invocation, terminal: Terminal) {
  const given = { agent: invocation.text("agent"), owner: invocation.text("owner") };
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined && !isSubjectToken(value))
      throw usageError(`--${name} is "${value}", which no subject can hold`);
  }
  const fallback = { agent: "muster", owner: hostToken(hostname()) };
  const isNamed = Object.values(given).every((value) => value !== undefined) && invocation.text("file") === undefined;
  const manifest = role === "host" && !isNamed ? await manifestOf(invocation, terminal) : undefined;
  const found = manifest?.identity;
  return {
    agent: given.agent ?? found?.agent ?? fallback.agent,
    owner: given.owner ?? found?.owner ?? fallback.owner,
    named: manifest === undefined ? noNamedSubjects : namedSubjects(manifest.agents.values()),
  };
}

/** Undefined where no manifest is named and none lies here. */
async function manifestOf(invocation: Invocation, terminal: Terminal) {
  const named = invocation.text("file");
  const file = named ?? defaultManifestFiles(terminal.folder).find((path) => existsSync(path));
  if (file === undefined) return undefined;
  const { loadManifest } = await import("../manifest/load.ts");
  const path = file.startsWith("/") ? file : join(terminal.folder, file);
  const variables = serviceVariables(path, terminal.environment);
  const { manifest } = await loadManifest({ file: path, variables, hostName: hostname() });
  if (manifest !== undefined) return manifest;
  throw new CommandError(
    `Cannot tell owner, agent and subjects from "${file}", which has problems: see "muster check", or give --owner and --agent`,
  );
}

/** As a user's `permissions` in nats-server's configuration. */
function configText({ publish, subscribe, forbidden = [] }: RolePermissions): string {
  const list = (subjects: readonly string[]): string =>
    subjects.map((subject) => `      ${JSON.stringify(subject)}\n`).join("");
  const deny = forbidden.length === 0 ? "" : `    deny: [\n${list(forbidden)}    ]\n`;
  return `permissions: {\n  publish: {\n    allow: [\n${list(publish)}    ]\n${deny}  }\n  subscribe: {\n    allow: [\n${list(subscribe)}    ]\n  }\n}\n`;
}

/** Quoted for a shell's own reading, and without quotes when substituted: no subject holds a space. */
function nscFlags({ publish, subscribe, forbidden = [] }: RolePermissions): string {
  return `--allow-pub ${publish.join(",")} --allow-sub ${subscribe.join(",")}${forbidden.length === 0 ? "" : ` --deny-pub ${forbidden.join(",")}`}`;
}

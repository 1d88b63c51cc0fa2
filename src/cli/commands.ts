// Every command, loaded when it is asked for: a start pays for what it uses.

import type { Command } from "./command.ts";

export interface CommandEntry {
  readonly name: string;
  /** Stands here too, so that the overview loads nothing. */
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

export const commands: readonly CommandEntry[] = [
  {
    name: "run",
    summary: "Run the agents of a manifest until stopped",
    load: async () => (await import("./run.ts")).command,
  },
  {
    name: "check",
    summary: "Check a manifest and show every problem with its place",
    load: async () => (await import("./check.ts")).command,
  },
  {
    name: "reload",
    summary: "Have the runtime of this machine take over changes of its manifest now",
    load: async () => (await import("./reload.ts")).command,
  },
  {
    name: "add",
    summary: "Check a drop-in against the manifest, and put it into agents.d",
    load: async () => (await import("./add.ts")).command,
  },
  {
    name: "remove",
    summary: "Take the drop-in of an agent out of agents.d",
    load: async () => (await import("./remove.ts")).command,
  },
  { name: "init", summary: "Write a first manifest", load: async () => (await import("./init.ts")).command },
  {
    name: "schema",
    summary: "Print the manifest's JSON Schema, for editors",
    load: async () => (await import("./schema.ts")).command,
  },
  {
    name: "status",
    summary: "Show the runtime of this machine: agents, bus, endpoints, files with problems",
    load: async () => (await import("./status.ts")).command,
  },
  {
    name: "doctor",
    summary: "Examine this machine for its agents: what is wrong, and what to do about it",
    load: async () => (await import("./doctor.ts")).command,
  },
  {
    name: "logs",
    summary: "Show the latest log lines of this machine's runtime, and follow them",
    load: async () => (await import("./logs.ts")).command,
  },
  {
    name: "trace",
    summary: "Show what the latest turns did: calls of models and tools, tokens, times, costs",
    load: async () => (await import("./trace.ts")).command,
  },
  {
    name: "log-level",
    summary: "Show or change how much this machine's runtime logs",
    load: async () => (await import("./log-level.ts")).command,
  },
  {
    name: "restart",
    summary: "Start an agent of this machine's runtime anew",
    load: async () => (await import("./restart.ts")).command,
  },
  {
    name: "drain",
    summary: "Have an agent take no more prompts, and stay on the bus",
    load: async () => (await import("./drain.ts")).command,
  },
  {
    name: "stop",
    summary: "Take an agent off the bus until it is started again",
    load: async () => (await import("./stop.ts")).command,
  },
  {
    name: "start",
    summary: "Have an agent serve again that was stopped or drained",
    load: async () => (await import("./start.ts")).command,
  },
  {
    name: "approvals",
    summary: "List what agents ask leave for, and what was decided",
    load: async () => (await import("./approvals.ts")).command,
  },
  {
    name: "approve",
    summary: "Let an agent do what it asks leave for",
    load: async () => (await import("./approve.ts")).command,
  },
  {
    name: "deny",
    summary: "Do not let an agent do what it asks leave for",
    load: async () => (await import("./deny.ts")).command,
  },
  {
    name: "ps",
    summary: "List every agent on the bus, whoever wrote it",
    load: async () => (await import("./ps.ts")).command,
  },
  {
    name: "ask",
    summary: "Ask an agent and stream its answer",
    load: async () => (await import("./ask.ts")).command,
  },
  { name: "chat", summary: "Talk with an agent", load: async () => (await import("./chat.ts")).command },
  {
    name: "test",
    summary: "Ask agents the prompts of a file, and check their answers against what is expected",
    load: async () => (await import("./test.ts")).command,
  },
  {
    name: "install",
    summary: "Install this executable as a systemd service and start it",
    load: async () => (await import("./install.ts")).command,
  },
  {
    name: "uninstall",
    summary: "Stop and remove the installed service",
    load: async () => (await import("./uninstall.ts")).command,
  },
  {
    name: "backup",
    summary: "Write the state of this machine's runtime to a file",
    load: async () => (await import("./backup.ts")).command,
  },
  {
    name: "restore",
    summary: "Put a backup in the place of the state of this machine's runtime",
    load: async () => (await import("./restore.ts")).command,
  },
  {
    name: "upgrade",
    summary: "Upgrade the installed service from a signed bundle, offline, and go back if it does not work",
    load: async () => (await import("./upgrade.ts")).command,
  },
  {
    name: "bundle",
    summary: 'Make a signed bundle for "muster upgrade": an executable, manifests, models',
    load: async () => (await import("./bundle.ts")).command,
  },
  {
    name: "submit",
    summary: "Leave an agent a job, kept until it can be done",
    load: async () => (await import("./submit.ts")).command,
  },
  {
    name: "jobs",
    summary: "List kept jobs; show, replay or remove one",
    load: async () => (await import("./jobs.ts")).command,
  },
  {
    name: "conversations",
    summary: "List what this machine's agents remember; show, export or remove a conversation",
    load: async () => (await import("./conversations.ts")).command,
  },
  {
    name: "knowledge",
    summary: "List the documents that agents know, try what a search finds in them, remove an index",
    load: async () => (await import("./knowledge.ts")).command,
  },
  {
    name: "runs",
    summary: "Show what triggers have started, and how it ended",
    load: async () => (await import("./runs.ts")).command,
  },
  {
    name: "identity",
    summary: "Show who we are on NATS; add and remove callers of the bundled server",
    load: async () => (await import("./identity.ts")).command,
  },
  {
    name: "permissions",
    summary: "Print the least NATS permissions for a role, for a server of your own",
    load: async () => (await import("./permissions.ts")).command,
  },
  {
    name: "completion",
    summary: "Print the completion script for a shell",
    load: async () => (await import("./completion.ts")).command,
  },
  {
    name: "version",
    summary: "Show which Muster this is, and the licences of what it carries",
    load: async () => (await import("./version.ts")).command,
  },
];

// `muster install`: this executable as a systemd service of the machine or of a user.

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { build } from "../host/build-facts.ts";
import { applyStep } from "../host/install/apply-step.ts";
import { installCommands, installFiles } from "../host/install/install-plan.ts";
import { packageLayout, systemLayout, userLayout, type Layout } from "../host/install/layout.ts";
import { stepText } from "../host/install/step-text.ts";
import type { Step } from "../host/install/step.ts";
import { userFolders } from "../host/install/user-folders.ts";
import { parsePublicKeys } from "../host/upgrade/minisign-keys.ts";
import { upgradePlaces } from "../host/upgrade/places.ts";
import { CommandError, exitCode, usageError } from "./command-error.ts";
import type { Command, Invocation } from "./command.ts";
import { installDocuments } from "./install-documents.ts";
import type { Terminal } from "./terminal.ts";

export const command: Command = {
  name: "install",
  summary: "Install this executable as a systemd service and start it",
  details: [
    "Needs root, but for --user, --prefix and --dry-run. The configuration is /etc/muster (agents.yaml, agents.d, credentials) and is left alone " +
      "where it is there; the state is /var/lib/muster; the service runs as the user muster. Installing again takes over this executable.",
  ],
  args: [],
  options: {
    "dry-run": { description: "print every file with its content and every command, and touch nothing" },
    user: { description: "as a service of the user who asks, without root" },
    prefix: {
      value: "DIR",
      description: "write the tree of a package under DIR, and touch nothing else",
      complete: "folder",
    },
    "upgrade-key": {
      value: "FILE",
      description: 'the public key that "muster upgrade" checks bundles with, to /etc/muster/upgrade.pub',
      complete: "file",
    },
  },
  examples: [
    { line: "muster install --dry-run", does: "shows what would be done" },
    { line: "sudo ./muster install", does: "installs and starts the service" },
    { line: "sudo ./muster install --upgrade-key fleet.pub", does: 'the same, ready for "muster upgrade"' },
  ],
  run: install,
};

async function install(invocation: Invocation, terminal: Terminal): Promise<number> {
  const isDryRun = invocation.flag("dry-run");
  const prefix = invocation.text("prefix");
  if (prefix !== undefined && invocation.flag("user")) {
    throw usageError("--prefix writes the tree of a package, --user installs for one user; give one of them");
  }
  const layout = prefix === undefined ? layoutOf(invocation.flag("user"), terminal) : packageLayout;
  const root = prefix === undefined ? "" : resolve(terminal.folder, prefix);
  const key = await upgradeKey(invocation, layout, terminal);
  if (!isDryRun) checkMayInstall(layout, prefix);
  const documents = await installDocuments();
  const steps = [
    ...installFiles({ layout, from: process.execPath, documents }),
    ...key,
    ...(prefix === undefined ? installCommands(layout) : []),
  ];
  if (isDryRun) {
    for (const step of steps) terminal.out(stepText(step, root));
    return exitCode.ok;
  }
  await applySteps(steps, root, terminal);
  terminal.out(prefix === undefined ? installedText(layout) : `Wrote the tree of a package under "${root}"\n`);
  return exitCode.ok;
}

/** Puts the key in its place; it takes over from one that is there. */
async function upgradeKey(invocation: Invocation, layout: Layout, terminal: Terminal): Promise<readonly Step[]> {
  const named = invocation.text("upgrade-key");
  if (named === undefined) return [];
  if (layout.scope === "user" || invocation.text("prefix") !== undefined) {
    throw usageError("--upgrade-key is for the service of the machine: neither --user nor --prefix go with it");
  }
  const content = await readKeys(resolve(terminal.folder, named));
  return [{ type: "file", path: upgradePlaces().key, mode: 0o644, content, isConfiguration: false }];
}

async function readKeys(path: string): Promise<string> {
  try {
    const text = await readFile(path, "utf8");
    parsePublicKeys(text);
    return text;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(`Cannot take the key "${path}": ${reason}`, exitCode.error, { cause });
  }
}

/** Shows what is not plain: what was kept, and what failed without harm. Throws a `CommandError` for a step that can't be done. */
export async function applySteps(steps: readonly Step[], root: string, terminal: Terminal): Promise<void> {
  for (const step of steps) {
    const shown = stepText(step, root).split("\n")[0] ?? "";
    try {
      const result = await applyStep(step, root);
      if (result.type === "kept") terminal.err(`Kept as it is: ${shown}\n`);
      if (result.type === "failed") terminal.err(`Not done: ${shown}: ${result.reason}\n`);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new CommandError(`Stopped at ${shown}: ${reason}`, exitCode.error, { cause });
    }
  }
}

export function layoutOf(isUser: boolean, terminal: Terminal): Layout {
  return isUser ? userLayout(userFolders(terminal.environment)) : systemLayout(build.version);
}

function checkMayInstall(layout: Layout, prefix: string | undefined): void {
  if (!Bun.isStandaloneExecutable) {
    throw new CommandError('Run from source, there is no executable to install. Build it with "npm run build"');
  }
  if (prefix !== undefined) return;
  checkMayChange(layout);
}

/** Throws a `CommandError` where this machine, user or executable is not one to install or uninstall. */
export function checkMayChange(layout: Layout): void {
  if (process.platform !== "linux") throw new CommandError("There is no systemd here: only Linux has it");
  if (layout.scope === "user") return;
  if (process.execPath === packageLayout.executable) {
    throw new CommandError(
      'This executable belongs to a package: it is installed already. Remove it with "apt remove muster"',
    );
  }
  if (process.getuid?.() !== 0) {
    throw new CommandError("This needs root. Run it with sudo, see what it would do with --dry-run, or use --user");
  }
}

function installedText(layout: Layout): string {
  const systemctl = layout.scope === "user" ? "systemctl --user" : "systemctl";
  const linger = layout.scope === "user" ? 'To have it run without a login: "loginctl enable-linger"\n' : "";
  return `Installed and started. Declare agents in ${layout.configFolder}/agents.yaml, then: ${systemctl} reload muster\n${linger}`;
}

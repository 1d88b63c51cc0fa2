// What an installation does, in order. Pure: from a layout and texts to steps.

import { serviceUser, stateFolder, systemdUnit, unitName } from "../systemd-unit.ts";
import { installedManifest } from "./installed-manifest.ts";
import { type Layout, libraryFolder } from "./layout.ts";
import { switchScript, switchScriptPath } from "../upgrade/switch-script.ts";
import { rollbackUnit, rollbackUnitName, upgradeUnit, upgradeUnitName } from "../upgrade/switch-units.ts";
import type { Step } from "./step.ts";

export interface Documents {
  /** roff */
  readonly manPage: string;
  readonly completions: Readonly<Record<"bash" | "zsh" | "fish", string>>;
}

export interface InstallChoice {
  readonly layout: Layout;
  /** The executable to install, absolute. */
  readonly from: string;
  readonly documents: Documents;
}

/** The files of an installation. */
export function installFiles({ layout, from, documents }: InstallChoice): Step[] {
  const { configFolder, credentialsFolder, completions } = layout;
  const manifest = `${configFolder}/agents.yaml`;
  return [
    { type: "copy", path: layout.executable, mode: 0o755, from },
    ...Object.entries(layout.links).map(([path, to]): Step => ({ type: "link", path, to })),
    { type: "folder", path: configFolder, mode: 0o755 },
    { type: "folder", path: `${configFolder}/agents.d`, mode: 0o755 },
    ...(credentialsFolder === undefined ? [] : [{ type: "folder", path: credentialsFolder, mode: 0o700 } as const]),
    { type: "file", path: manifest, mode: 0o644, content: installedManifest(), isConfiguration: true },
    ...userFile(layout),
    ownFile(
      `${layout.unitFolder}/${unitName}`,
      systemdUnit({ executable: layout.command, manifest, scope: layout.scope }),
    ),
    ...(hasVersions(layout) ? switchFiles(layout) : []),
    ownFile(layout.manPage, documents.manPage),
    ownFile(completions.bash, documents.completions.bash),
    ownFile(completions.zsh, documents.completions.zsh),
    ownFile(completions.fish, documents.completions.fish),
  ];
}

/** What is run after the files are there. */
export function installCommands(layout: Layout): Step[] {
  const systemctl = manager(layout);
  return [
    ...(layout.sysusersFolder === undefined ? [] : [run("systemd-sysusers", `${layout.sysusersFolder}/muster.conf`)]),
    run(...systemctl, "daemon-reload"),
    run(...systemctl, "enable", unitName, ...(hasVersions(layout) ? [rollbackUnitName] : [])),
    run(...systemctl, "restart", unitName),
  ];
}

/** What `muster upgrade` relies on. */
export function switchFiles(layout: Layout): Step[] {
  return [
    ownFile(switchScriptPath, switchScript()),
    ownFile(`${layout.unitFolder}/${upgradeUnitName}`, upgradeUnit()),
    ownFile(`${layout.unitFolder}/${rollbackUnitName}`, rollbackUnit()),
  ];
}

export interface UninstallChoice {
  /** Configuration, state and the service's user go, too. */
  readonly isPurge: boolean;
  /** The state directory. */
  readonly state: string;
  /** The NATS context that the service wrote for its user, if any: of no use without the state. */
  readonly natsContext?: string;
}

/** The way back. */
export function uninstallPlan(layout: Layout, options: UninstallChoice): Step[] {
  const { completions } = layout;
  const systemctl = manager(layout);
  return [
    tolerated(...systemctl, "disable", "--now", unitName, ...(hasVersions(layout) ? [rollbackUnitName] : [])),
    ...[
      `${layout.unitFolder}/${unitName}`,
      layout.manPage,
      completions.bash,
      completions.zsh,
      completions.fish,
      ...Object.keys(layout.links),
      ...(hasVersions(layout)
        ? [libraryFolder, ...[upgradeUnitName, rollbackUnitName].map((name) => `${layout.unitFolder}/${name}`)]
        : [layout.executable]),
    ].map((path): Step => ({ type: "remove", path })),
    tolerated(...systemctl, "daemon-reload"),
    ...(options.isPurge ? purge(layout, options) : []),
  ];
}

/** The service's own user, for systemd-sysusers. */
export function sysusersConfig(): string {
  return `# The user that muster.service runs as.\nu ${serviceUser} - "Muster agent runtime" ${stateFolder} /usr/sbin/nologin\n`;
}

function purge(layout: Layout, { state, natsContext }: UninstallChoice): Step[] {
  const paths = [
    layout.configFolder,
    state,
    ...(natsContext === undefined ? [] : [natsContext]),
    `${layout.unitFolder}/${unitName}.d`,
    ...(layout.sysusersFolder === undefined ? [] : [`${layout.sysusersFolder}/muster.conf`]),
  ];
  return [
    ...paths.map((path): Step => ({ type: "remove", path })),
    ...(layout.scope === "user" ? [] : [tolerated("userdel", serviceUser)]),
  ];
}

/** Whether versions stand side by side, and one can be exchanged for another. */
function hasVersions({ executable }: Layout): boolean {
  return executable.startsWith(`${libraryFolder}/`);
}

function userFile({ sysusersFolder }: Layout): Step[] {
  return sysusersFolder === undefined ? [] : [ownFile(`${sysusersFolder}/muster.conf`, sysusersConfig())];
}

function ownFile(path: string, content: string): Step {
  return { type: "file", path, mode: 0o644, content, isConfiguration: false };
}

function manager({ scope }: Layout): [string, ...string[]] {
  return scope === "user" ? ["systemctl", "--user"] : ["systemctl"];
}

function run(...argv: [string, ...string[]]): Step {
  return { type: "command", argv, isOptional: false };
}

function tolerated(...argv: [string, ...string[]]): Step {
  return { type: "command", argv, isOptional: true };
}

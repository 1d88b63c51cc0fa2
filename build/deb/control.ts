// The package's `control`: its name, what it needs, what it is.

export interface ControlFacts {
  readonly version: string;
  readonly architecture: string;
  /** Of the unpacked files, in KiB. */
  readonly installedKiB: number;
}

export function controlText({ version, architecture, installedKiB }: ControlFacts): string {
  return [
    "Package: muster",
    `Version: ${debianVersion(version)}`,
    "Section: net",
    "Priority: optional",
    `Architecture: ${architecture}`,
    "Maintainer: The Muster authors <muster@localhost.invalid>",
    `Installed-Size: ${installedKiB}`,
    // The service's user is made by systemd-sysusers; the engine's library is C++.
    "Depends: libc6 (>= 2.31), libgcc-s1, libstdc++6, init-system-helpers (>= 1.54), systemd | systemd-standalone-sysusers | systemd-sysusers",
    "Suggests: ollama",
    "Description: agent runtime in one executable",
    " Keeps agents running that are declared in YAML files, against models on this",
    " machine or elsewhere, and serves them on NATS, with a NATS server and a model",
    " engine inside.",
    " .",
    " Installs a systemd service with its own user; agents are files dropped into",
    " /etc/muster/agents.d.",
    "",
  ].join("\n");
}

/** A pre-release sorts before its release: `1.0.0-rc.1` is `1.0.0~rc.1`. */
export function debianVersion(version: string): string {
  return version.replaceAll("-", "~");
}

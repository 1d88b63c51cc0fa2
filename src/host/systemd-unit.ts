// The unit `muster.service`: how systemd starts, watches, reloads, stops and confines a runtime. One pure function for the machine's
// service and a user's.

export interface UnitOptions {
  /** Absolute path of the executable. */
  readonly executable: string;
  /** Absolute path of the manifest; `%E` and `%h` may stand in it for a user's service. */
  readonly manifest: string;
  /** Of the machine, confined and as its own user; or of a user, whose manager can't confine as much. */
  readonly scope: "system" | "user";
}

export const unitName = "muster.service";
export const serviceUser = "muster";
export const configFolder = "/etc/muster";
export const credentialsFolder = `${configFolder}/credentials`;
export const stateFolder = "/var/lib/muster";
/** Prefix that systemd gives to the credentials of the loaded directory: `muster_<file name>`. */
export const credentialPrefix = "muster";

/** Variables that make the executable run other code than its own, before any code of ours could look. */
export const redirectingVariables = [
  "BUN_BE_BUN",
  "BUN_OPTIONS",
  "BUN_INSPECT",
  "BUN_INSPECT_CONNECT_TO",
  "BUN_INSPECT_NOTIFY",
  "BUN_CONFIG_VERBOSE_FETCH",
  "NODE_OPTIONS",
  "NODE_PATH",
  "LD_PRELOAD",
  "LD_AUDIT",
  "LD_LIBRARY_PATH",
];

export function systemdUnit(options: UnitOptions): string {
  return [unitSection(options.scope), serviceSection(options), installSection(options.scope)].join("\n");
}

function unitSection(scope: UnitOptions["scope"]): string {
  return section("Unit", [
    "Description=Muster agent runtime",
    "Documentation=man:muster(1)",
    ...(scope === "user"
      ? []
      : [
          "# Ordered only: without a network or a model the agents are there all the same, and say so.",
          "After=network.target network-online.target nss-lookup.target ollama.service",
        ]),
    "# Tried for ever: nobody visits an edge device to start it again.",
    "StartLimitIntervalSec=0",
  ]);
}

function serviceSection({ executable, manifest, scope }: UnitOptions): string {
  return section("Service", [
    "Type=notify",
    "NotifyAccess=main",
    `ExecStart=${executable} run --file ${manifest}`,
    ...(scope === "user" ? [`ExecReload=${executable} reload`] : [...reload(executable), ...ownership]),
    ...supervision,
    `UnsetEnvironment=${redirectingVariables.join(" ")}`,
    ...(scope === "user" ? userHardening : hardening),
  ]);
}

function reload(executable: string): readonly string[] {
  return ["# As root, to hand over credentials that are others than at the start.", `ExecReload=+${executable} reload`];
}

const ownership = [
  `User=${serviceUser}`,
  `Group=${serviceUser}`,
  "StateDirectory=muster",
  "StateDirectoryMode=0700",
  `# Each file there is a credential: \${credential:NAME} in a manifest.`,
  `LoadCredential=${credentialPrefix}:${credentialsFolder}`,
  "RuntimeDirectory=muster",
  "RuntimeDirectoryMode=0700",
];

const supervision = [
  "Restart=always",
  "RestartSec=5",
  "WatchdogSec=60",
  "# The bundled server may have a large store to recover on slow storage.",
  "TimeoutStartSec=120",
  "# Turns get 30 s to finish.",
  "TimeoutStopSec=45",
  "# Only the runtime is told to stop: it ends its NATS server after the last answers are delivered.",
  "KillMode=mixed",
  "# A killed child is started again by the runtime.",
  "OOMPolicy=continue",
  "OOMScoreAdjust=-200",
  "LimitNOFILE=65536",
];

/** What a user's manager can do without privileges. */
const userHardening = [
  "NoNewPrivileges=yes",
  "LockPersonality=yes",
  "RestrictRealtime=yes",
  "RestrictSUIDSGID=yes",
  "SystemCallArchitectures=native",
  "UMask=0077",
];

/**
 * Not here: MemoryDenyWriteExecute (the runtime compiles JavaScript), ProcSubset=pid (the engine reads the machine's processors and
 * memory), NoExecPaths over the state directory (the bundled server is extracted there and run).
 */
const hardening = [
  "NoNewPrivileges=yes",
  "CapabilityBoundingSet=",
  "AmbientCapabilities=",
  "ProtectSystem=strict",
  "ProtectHome=yes",
  "PrivateTmp=yes",
  "PrivateDevices=yes",
  "ProtectClock=yes",
  "ProtectControlGroups=yes",
  "ProtectHostname=yes",
  "ProtectKernelLogs=yes",
  "ProtectKernelModules=yes",
  "ProtectKernelTunables=yes",
  "ProtectProc=invisible",
  "LockPersonality=yes",
  "RemoveIPC=yes",
  "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK",
  "RestrictNamespaces=yes",
  "RestrictRealtime=yes",
  "RestrictSUIDSGID=yes",
  "SystemCallArchitectures=native",
  "SystemCallErrorNumber=EPERM",
  "SystemCallFilter=@system-service",
  "SystemCallFilter=~@privileged",
  "UMask=0077",
];

function installSection(scope: UnitOptions["scope"]): string {
  return section("Install", [`WantedBy=${scope === "user" ? "default.target" : "multi-user.target"}`]);
}

function section(title: string, lines: readonly string[]): string {
  return `[${title}]\n${lines.join("\n")}\n`;
}

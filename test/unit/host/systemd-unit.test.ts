import { expect, test } from "bun:test";
import { systemdUnit } from "../../../src/host/systemd-unit.ts";

const system = systemdUnit({
  executable: "/usr/bin/muster",
  manifest: "/etc/muster/agents.yaml",
  scope: "system",
});

test("the machine's service is watched, reloads, stops in order and is confined", () => {
  for (const line of [
    "Type=notify",
    "ExecStart=/usr/bin/muster run --file /etc/muster/agents.yaml",
    "ExecReload=+/usr/bin/muster reload",
    "WatchdogSec=60",
    "TimeoutStopSec=45",
    "KillMode=mixed",
    "OOMPolicy=continue",
    "OOMScoreAdjust=-200",
    "StateDirectory=muster",
    "RuntimeDirectory=muster",
    "LoadCredential=muster:/etc/muster/credentials",
    "User=muster",
    "NoNewPrivileges=yes",
    "ProtectSystem=strict",
    "WantedBy=multi-user.target",
  ]) {
    expect(system.split("\n")).toContain(line);
  }
  expect(system).toMatch(/^UnsetEnvironment=.*\bBUN_BE_BUN\b.*\bBUN_OPTIONS\b/m);
  expect(system).toMatch(/^RestrictAddressFamilies=.*\bAF_UNIX\b.*\bAF_NETLINK\b/m);
});

test("it holds nothing that would stop the runtime from working", () => {
  expect(system).not.toMatch(/MemoryDenyWriteExecute|ProcSubset|NoExecPaths|NoExecPath/);
});

test("network and Ollama are before it, and nothing is required", () => {
  expect(system).toMatch(/^After=.*network.*ollama\.service/m);
  expect(system).not.toMatch(/^(Requires|Wants|BindsTo|Requisite)=/m);
});

test("a user's service asks for nothing that a user's manager cannot do", () => {
  const user = systemdUnit({ executable: "/home/a/muster", manifest: "/home/a/agents.yaml", scope: "user" });
  expect(user).not.toMatch(
    /^(User|Group|StateDirectory|RuntimeDirectory|LoadCredential|Protect\w+|Private\w+|CapabilityBoundingSet)=/m,
  );
  expect(user).toContain("ExecReload=/home/a/muster reload\n");
  expect(user).toContain("WantedBy=default.target");
});

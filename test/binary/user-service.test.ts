import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { hostExecutable } from "../../build/test/executables.ts";
import { mayRun } from "../support/may-run.ts";
import type { ProgramResult } from "../support/run-program.ts";
import { missingForSystemd, startSystemdMachine, type SystemdMachine } from "../support/systemd-machine.ts";
import { until } from "../support/until.ts";

const missing = existsSync(hostExecutable) ? missingForSystemd() : 'the executable is not built: run "npm test"';
const uid = 1000;

describe.if(mayRun("service of a user under systemd", missing))("the service of a user", () => {
  let machine: SystemdMachine;

  beforeAll(async () => {
    machine = await startSystemdMachine();
    await copyFile(hostExecutable, machine.path("/tmp/muster"));
    await machine.expect(["chmod", "0755", "/tmp/muster"]);
    await machine.expect(["useradd", "--create-home", "--uid", String(uid), "ada"]);
    // What pam_systemd says to a user's manager where a login starts it.
    const dropIns = machine.path("/etc/systemd/system/user@.service.d");
    await mkdir(dropIns, { recursive: true });
    await writeFile(`${dropIns}/runtime.conf`, "[Service]\nEnvironment=XDG_RUNTIME_DIR=/run/user/%i\n");
    await machine.expect(["systemctl", "daemon-reload"]);
    await machine.expect(["systemctl", "start", `user@${uid}.service`]);
  }, 300_000);

  afterAll(() => machine.stop());

  test("is installed and started without root, below the user's home", async () => {
    expect(await asAda("/tmp/muster", "install", "--user", "--dry-run")).toMatchObject({ code: 0 });
    expect(existsSync(machine.path("/home/ada/.config/muster"))).toBe(false);
    expect(await asAda("/tmp/muster", "install", "--user")).toMatchObject({ code: 0 });
    expect(await property("ActiveState")).toBe("active");
    expect(await property("UnitFileState")).toBe("enabled");
    expect(existsSync(machine.path("/home/ada/.config/muster/agents.yaml"))).toBe(true);
    expect(existsSync(machine.path("/etc/muster"))).toBe(false);
    const { stdout } = await asAda("muster", "status");
    expect(stdout).toContain("State  /home/ada/.local/state/muster\n");
  }, 120_000);

  test("takes over an agent by a reload, and keeps its process", async () => {
    const pid = await property("MainPID");
    const manifest =
      "models:\n  m: { provider: ollama, model: none }\nagents:\n  own: { model: m, instructions: You answer. }\n";
    await writeFile(machine.path("/home/ada/.config/muster/agents.d/own.yaml"), manifest);
    expect(await asAda("systemctl", "--user", "reload", "muster")).toMatchObject({ code: 0 });
    await until("the agent", async () => (await property("StatusText")).startsWith("1 agent: "), 20_000);
    expect(await property("MainPID")).toBe(pid);
  }, 120_000);

  test("comes back when it is killed", async () => {
    const pid = await property("MainPID");
    await machine.expect(["kill", "-KILL", pid]);
    await until("another process", async () => ![pid, "0"].includes(await property("MainPID")), 30_000);
    await until("the service", async () => (await property("ActiveState")) === "active", 30_000);
  }, 120_000);

  test("is uninstalled without its data, then purged with it", async () => {
    expect(await asAda("/tmp/muster", "uninstall", "--user")).toMatchObject({ code: 0 });
    expect(existsSync(machine.path("/home/ada/.local/bin/muster"))).toBe(false);
    expect(existsSync(machine.path("/home/ada/.config/muster/agents.yaml"))).toBe(true);
    expect(existsSync(machine.path("/home/ada/.local/state/muster"))).toBe(true);
    expect(existsSync(machine.path("/home/ada/.config/nats/context/muster.json"))).toBe(true);
    expect(await asAda("/tmp/muster", "uninstall", "--user", "--purge")).toMatchObject({ code: 0 });
    expect(existsSync(machine.path("/home/ada/.config/muster"))).toBe(false);
    expect(existsSync(machine.path("/home/ada/.local/state/muster"))).toBe(false);
    expect(existsSync(machine.path("/home/ada/.config/nats/context/muster.json"))).toBe(false);
  }, 120_000);

  function asAda(...argv: string[]): Promise<ProgramResult> {
    return machine.run([
      ...["setpriv", `--reuid=${uid}`, `--regid=${uid}`, "--clear-groups", "env", "HOME=/home/ada", "USER=ada"],
      ...[`XDG_RUNTIME_DIR=/run/user/${uid}`, "PATH=/home/ada/.local/bin:/usr/bin:/bin", ...argv],
    ]);
  }

  async function property(name: string): Promise<string> {
    const { stdout } = await asAda("systemctl", "--user", "show", "--value", "--property", name, "muster");
    return stdout.trim();
  }
});

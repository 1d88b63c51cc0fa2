import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readFile, readlink, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { sourceVersion } from "../../build/source-stamp.ts";
import { hostExecutable } from "../../build/test/executables.ts";
import { jsonRecord, jsonRecords } from "../support/json-record.ts";
import { mayRun } from "../support/may-run.ts";
import type { ProgramResult } from "../support/run-program.ts";
import { missingForSystemd, startSystemdMachine, type SystemdMachine } from "../support/systemd-machine.ts";
import { until } from "../support/until.ts";
import { type BundleMaker, bundleMaker, executableOf } from "../support/upgrade-bundles.ts";

const missing = existsSync(hostExecutable) ? missingForSystemd() : 'the executable is not built: run "npm test"';
const limitMs = 180_000;
const installed = await sourceVersion();
const next = "99.0.0";
/** A stand-in goes on as the version that is installed. */
const real = `exec /usr/local/lib/muster/versions/${installed}/muster "$@"`;
const library = "/usr/local/lib/muster";
const stick = "/media/stick";
const manifest = "nats: { mode: embedded }\nagents:\n  first: { model: ollama/none, instructions: Answer. }\n";
const plant = "agents:\n  plant: { model: ollama/none, instructions: Answer. }\n";

describe.if(mayRun("upgrades under systemd", missing))("muster upgrade", () => {
  let machine: SystemdMachine;
  let folder: string;
  let bundles: BundleMaker;
  let good: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "muster-upgrade-"));
    bundles = await bundleMaker(folder);
    const newer = join(folder, "newer");
    await executableOf(next, newer);
    await writeFile(join(folder, "plant.yaml"), plant);
    await writeFile(join(folder, "small.gguf"), "a model");
    good = await bundles.make("good", newer, [
      { path: "manifests/agents.d/plant.yaml", from: join(folder, "plant.yaml") },
      { path: "models/small.gguf", from: join(folder, "small.gguf") },
    ]);
    machine = await startSystemdMachine({ hasDisk: true });
    await mkdir(machine.path(stick), { recursive: true });
    await copyFile(hostExecutable, machine.path("/root/muster"));
    await writeFile(machine.path("/root/fleet.pub"), bundles.publicKey);
    await machine.expect(["/root/muster", "install", "--upgrade-key", "/root/fleet.pub"], { limitMs });
    await writeFile(machine.path("/etc/muster/agents.yaml"), manifest);
    await mkdir(machine.path("/etc/systemd/system/muster.service.d"), { recursive: true });
    await writeFile(
      machine.path("/etc/systemd/system/muster.service.d/test.conf"),
      "[Service]\nTimeoutStartSec=8\nRestartSec=100ms\n",
    );
    await machine.expect(["systemctl", "daemon-reload"]);
    await machine.expect(["systemctl", "restart", "muster"]);
  }, 300_000);

  afterAll(async () => {
    await machine.stop();
    await rm(folder, { recursive: true });
  });

  describe("refuses", () => {
    test(
      "without the key, and what no key of this machine signed",
      async () => {
        await putOnStick(good);
        const key = machine.path("/etc/muster/upgrade.pub");
        await rm(key);
        expect((await upgrade()).stderr).toContain("muster install --upgrade-key FILE");
        await writeFile(key, (await bundleMaker(join(folder, "strangers"))).publicKey);
        expect((await upgrade(`${stick}/good.bundle`)).stderr).toContain("trusted is");
        await writeFile(key, bundles.publicKey);
        await rm(machine.path(`${stick}/good.bundle.minisig`));
        expect((await upgrade(`${stick}/good.bundle`)).stderr).toContain("It is not signed");
        await expectUntouched();
      },
      limitMs,
    );

    test(
      "another machine's, an older one, and says so when nothing is newer",
      async () => {
        const program = "exit 1";
        await putOnStick(
          await bundles.make("foreign", await bundles.program(next, program, { target: "linux-riscv64" })),
        );
        expect((await upgrade(`${stick}/foreign.bundle`)).stderr).toContain("it is for linux-riscv64");
        await putOnStick(await bundles.make("older", await bundles.program("0.0.1", program)));
        expect((await upgrade()).stderr).toContain("--allow-downgrade");
        await putOnStick(await bundles.make("same", await bundles.program(installed, program)));
        const same = await upgrade(`${stick}/same.bundle`);
        expect(same.code).toBe(0);
        expect(same.stdout).toContain("nothing to do");
        await expectUntouched();
      },
      limitMs,
    );

    test(
      "one that finds a problem in the manifests, and one that cannot answer aside",
      async () => {
        const problem = '{"problems":[{"file":"agents.yaml","line":1,"column":1,"path":"","message":"Too old"}]}';
        await putOnStick(await bundles.make("strict", await bundles.program(next, `echo '${problem}'; exit 1`)));
        expect((await upgrade()).stderr).toContain("agents.yaml:1:1: Too old");
        const mute = `case $1 in check) ${real} ;; *) echo Broken; exit 1 ;; esac`;
        await putOnStick(await bundles.make("mute", await bundles.program(next, mute)));
        expect((await upgrade()).stderr).toContain("does not answer its own prompt");
        await putOnStick(await bundles.make("noise", await bundles.program(next, "\u0000\u0001exec format")));
        expect((await upgrade()).stderr).toContain("cannot check the manifests");
        await expectUntouched();
      },
      limitMs,
    );
  });

  describe("goes back by its unit from a version that", () => {
    test.each([
      ["cannot start", "exit 1", "it did not become ready"],
      ["is no program of this machine", "exec /nowhere", "it did not become ready"],
      ["is never ready", "exec sleep 1000", "it did not become ready"],
      ["ends after it was ready", `(sleep 3; kill -9 $$) & ${real}`, "it ended after it was ready"],
    ])(
      "%s",
      async (_, asService, reason) => {
        const body = `case "$*" in "run --file /etc/muster/agents.yaml") ${asService} ;; esac\n${real}`;
        await putOnStick(
          await bundles.make("failing", await bundles.program(next, body), [
            { path: "manifests/agents.d/plant.yaml", from: join(folder, "plant.yaml") },
          ]),
        );
        const { code, stderr } = await upgrade();
        expect(code).toBe(1);
        expect(stderr).toContain(`back to ${installed}`);
        expect(stderr).toContain(reason);
        await expectUntouched();
        expect(existsSync(machine.path("/etc/muster/agents.d/plant.yaml"))).toBe(false);
        expect(await machine.expect(["muster", "status"])).toContain(`upgrade back to ${installed}`);
        const log = await machine.expect(["journalctl", "--no-pager", "-u", "muster", "-u", "muster-rollback"]);
        expect(log).toContain(`Muster ${installed} serves again, not ${next}: ${reason}`);
        expect(log).toContain("The last upgrade was taken back");
      },
      limitMs,
    );
  });

  test(
    "goes back from a version that had changed the form of the state, with the state as it was",
    async () => {
      const change = `echo '{"format":99,"writtenBy":"${next}"}' >/var/lib/muster/format.json; exit 1`;
      const body = `case "$*" in "run --file /etc/muster/agents.yaml") ${change} ;; esac\n${real}`;
      await putOnStick(await bundles.make("forward", await bundles.program(next, body, { stateFormat: 99 })));
      expect((await upgrade()).stderr).toContain(`back to ${installed}`);
      await expectUntouched();
      expect(await readFile(machine.path("/var/lib/muster/format.json"), "utf8")).not.toContain("99");
      expect((await stat(machine.path("/var/lib/muster"))).mode & 0o777).toBe(0o700);
    },
    limitMs,
  );

  describe("with a good bundle", () => {
    test(
      "says what it would do, and does nothing, in a dry run",
      async () => {
        await putOnStick(good);
        const { code, stdout } = await upgrade("--dry-run", stick);
        expect(code).toBe(0);
        expect(stdout).toContain(`Would add ${library}/models/small.gguf`);
        expect(stdout).toContain("Would add /etc/muster/agents.d/plant.yaml");
        await expectUntouched();
      },
      limitMs,
    );

    test(
      "serves the new version with its manifests and models, and keeps the one before",
      async () => {
        const { code, stdout, stderr } = await upgrade();
        expect([code, stderr]).toEqual([0, ""]);
        expect(stdout).toContain(`${next} serves, after ${installed}`);
        await expectServing(next);
        expect(await agents()).toEqual(["first", "plant"]);
        expect(await readFile(machine.path(`${library}/models/small.gguf`), "utf8")).toBe("a model");
        expect(existsSync(machine.path(`${library}/versions/${installed}/muster`))).toBe(true);
      },
      limitMs,
    );

    test(
      "does not go back by hand to a version that cannot read the state",
      async () => {
        const mark = machine.path("/var/lib/muster/format.json");
        const before = await readFile(mark, "utf8");
        await writeFile(mark, `{"format":99,"writtenBy":"${next}"}`);
        expect((await upgrade("--rollback")).stderr).toContain("The state has format 99");
        await writeFile(mark, before);
        await expectServing(next);
      },
      limitMs,
    );

    test(
      "goes back by hand, once",
      async () => {
        expect((await upgrade("--rollback")).code).toBe(0);
        await expectServing(installed);
        expect(await agents()).toEqual(["first"]);
        expect((await upgrade("--rollback")).stderr).toContain("no upgrade to go back from");
      },
      limitMs,
    );

    test(
      "goes on to its end when the command is killed, and back when the unit is",
      async () => {
        const command = upgrade();
        await atStep("starting");
        await machine.expect(["pkill", "-9", "-f", "muster upgrade"]);
        await command;
        await until("the switch", async () => (await current()) === next && !isPending());
        await expectServing(next);
        expect((await upgrade("--rollback")).code).toBe(0);

        const again = upgrade();
        await atStep("starting");
        await machine.expect(["systemctl", "kill", "--signal", "KILL", "muster-upgrade"]);
        expect((await again).stderr).toContain("interrupted");
        await expectServing(installed);
      },
      limitMs,
    );
  });

  describe("after a power cut", () => {
    test.each(["unpacking", "proving", "placing", "stopping", "starting", "settling"])(
      "at the step %p serves the old or the new version, whole",
      async (step) => {
        await putOnStick(good);
        const cut = upgrade();
        await atStep(step);
        machine = await machine.cutPower();
        await cut;
        await until("the service", async () => (await property("ActiveState")) === "active", 60_000);
        expect(isPending()).toBe(false);
        const version = await current();
        await expectServing(version);
        expect(await agents()).toEqual(version === installed ? ["first"] : ["first", "plant"]);
        if (version !== installed) expect((await upgrade("--rollback")).code).toBe(0);
        await expectServing(installed);
      },
      limitMs,
    );

    test(
      "upgrades as if there had been none",
      async () => {
        expect((await upgrade()).code).toBe(0);
        await expectServing(next);
        expect(await agents()).toEqual(["first", "plant"]);
      },
      limitMs,
    );
  });

  async function upgrade(...args: readonly string[]): Promise<ProgramResult> {
    await rm(machine.path(`${library}/upgrade/step`), { force: true });
    return machine.run(["muster", "upgrade", ...(args.length === 0 ? [stick] : args)], { limitMs });
  }

  /** The stick holds this bundle and no other. */
  async function putOnStick(bundle: string): Promise<void> {
    await rm(machine.path(stick), { recursive: true, force: true });
    await mkdir(machine.path(stick), { recursive: true });
    for (const path of [bundle, `${bundle}.minisig`]) await copyFile(path, machine.path(`${stick}/${basename(path)}`));
  }

  async function expectUntouched(): Promise<void> {
    await expectServing(installed);
    expect(await machine.expect(["ls", `${library}/versions`])).toBe(installed);
    expect(existsSync(machine.path(`${library}/upgrade/incoming`))).toBe(false);
    expect(existsSync(machine.path(`${library}/models/small.gguf`))).toBe(false);
  }

  async function expectServing(version: string): Promise<void> {
    expect(await current()).toBe(version);
    expect(await property("ActiveState")).toBe("active");
    const status = await machine.expect(["muster", "status", "--json"]);
    expect(JSON.parse(status)).toMatchObject({ version });
  }

  async function agents(): Promise<readonly string[]> {
    const status = jsonRecord(await machine.expect(["muster", "status", "--json"]));
    return jsonRecords(status["agents"])
      .map(({ name }) => String(name))
      .sort();
  }

  async function current(): Promise<string> {
    return basename(await readlink(machine.path(`${library}/current`)));
  }

  function isPending(): boolean {
    return existsSync(machine.path(`${library}/upgrade/pending`));
  }

  /** Resolves when the upgrade is at that step, or past it. */
  async function atStep(step: string): Promise<void> {
    const order = [
      "unpacking",
      "checking",
      "proving",
      "placing",
      "stopping",
      "manifests",
      "link",
      "starting",
      "settling",
    ];
    const reached = order.slice(order.indexOf(step));
    await until(`the step ${step}`, () => reached.includes(stepNow()), 120_000);
  }

  function stepNow(): string {
    const path = machine.path(`${library}/upgrade/step`);
    return existsSync(path) ? readFileSync(path, "utf8").trim() : "";
  }

  function property(name: string): Promise<string> {
    return machine.expect(["systemctl", "show", "--value", "--property", name, "muster"]);
  }
});

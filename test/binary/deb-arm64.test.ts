import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cp, mkdir, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { debPackage } from "../../build/deb/deb.ts";
import { packageFiles } from "../../build/deb/package-files.ts";
import { arm64Executable, missingForArm64 } from "../../build/test/executables.ts";
import { installDocuments } from "../../src/cli/install-documents.ts";
import { mayRun } from "../support/may-run.ts";
import { missingForSystemd, startSystemdMachine, type SystemdMachine } from "../support/systemd-machine.ts";
import { until } from "../support/until.ts";

const missing =
  missingForSystemd() ??
  missingForArm64() ??
  (existsSync(arm64Executable) ? undefined : 'it is not built: run "npm test"');

// On a root of another architecture: its programs are the machine's own, the executable and its server run in qemu. A machine that is
// arm64 itself has this package in the other tests.
describe.if(process.arch !== "arm64" && mayRun("Debian package for arm64", missing))(
  "the Debian package for arm64",
  () => {
    let machine: SystemdMachine;

    beforeAll(async () => {
      machine = await startSystemdMachine();
      const libraries = "/usr/lib/aarch64-linux-gnu";
      await cp(libraries, machine.path(libraries), { recursive: true, verbatimSymlinks: true });
      await machine.expect(["ln", "-s", "aarch64-linux-gnu/ld-linux-aarch64.so.1", "/usr/lib/ld-linux-aarch64.so.1"]);
      await machine.expect(["dpkg", "--add-architecture", "arm64"]);
      await mkdir(machine.path("/root"), { recursive: true });
      await writeFile(machine.path("/root/muster.deb"), await arm64Package());
    }, 300_000);

    afterAll(() => machine.stop());

    test("is installed, and its service starts", async () => {
      // The libraries are there without their packages.
      const { code, stderr } = await machine.run(["dpkg", "--force-depends", "--install", "/root/muster.deb"], {
        limitMs: 120_000,
      });
      expect([code, stderr.includes("muster.service")]).toEqual([0, true]);
      expect(await machine.expect(["dpkg-query", "--show", "--showformat=${Architecture}", "muster"])).toBe("arm64");
      expect(await machine.expect(["muster", "version"])).toContain("linux-arm64");
      const isConnected = async () => (await property("StatusText")).startsWith("No agents; bus connected, bundled");
      await until("the service with its bus", isConnected, 60_000);
      expect(await property("ActiveState")).toBe("active");
    }, 240_000);

    test("is removed without its data, then purged with it", async () => {
      await machine.expect(["dpkg", "--remove", "muster"], { limitMs: 60_000 });
      expect(await property("ActiveState")).toBe("inactive");
      expect(existsSync(machine.path("/var/lib/muster/nats"))).toBe(true);
      await machine.expect(["dpkg", "--purge", "muster"], { limitMs: 60_000 });
      expect(existsSync(machine.path("/var/lib/muster"))).toBe(false);
      expect(existsSync(machine.path("/etc/muster"))).toBe(false);
    }, 120_000);

    function property(name: string): Promise<string> {
      return machine.expect(["systemctl", "show", "--value", "--property", name, "muster"]);
    }
  },
);

async function arm64Package(): Promise<Uint8Array> {
  const facts = { version: "1.0.0", architecture: "arm64", mtimeS: 1_700_000_000, compression: 1 } as const;
  const documents = await installDocuments("1.0.0");
  const input = { version: "1.0.0", mtimeS: facts.mtimeS, executable: arm64Executable, documents };
  return debPackage(facts, await packageFiles({ ...input, notices: "", changes: "" }));
}

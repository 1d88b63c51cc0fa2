// A machine of its own under a real systemd: namespaces over a small Debian, whose changes are forgotten when it stops.

import { existsSync } from "node:fs";
import { mkdtemp, readFile, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../build/paths.ts";
import { runCommand } from "../../build/run-command.ts";
import { debianRoot } from "./debian-root.ts";
import { type ProgramResult, runProgram } from "./run-program.ts";
import { until } from "./until.ts";

export interface SystemdMachine {
  /** Path of a file of the machine as seen from here. */
  path(inside: string): string;
  /** Runs a program inside to its end. */
  run(argv: readonly string[], options?: { readonly limitMs?: number }): Promise<ProgramResult>;
  /** The same; throws with what it said when it fails. Resolves to its standard output without the last line break. */
  expect(argv: readonly string[], options?: { readonly limitMs?: number }): Promise<string>;
  /** What runs a program of ours in the machine's network, and nowhere else in it. */
  inNetwork(argv: readonly string[]): readonly string[];
  stop(): Promise<void>;
  /** As a power cut: everything is gone at once. Resolves when it is up again with the same disk; only where the machine has one. */
  cutPower(): Promise<SystemdMachine>;
}

export interface MachineOptions {
  /** Its changes outlive a power cut. */
  readonly hasDisk?: boolean;
}

/** Why no machine can be started here, or undefined. */
export function missingForSystemd(): string | undefined {
  if (process.platform !== "linux") return "it needs Linux";
  if (process.getuid?.() !== 0) return "it needs root";
  const programs = ["debootstrap", "unshare", "nsenter", "ip"];
  const missing = programs.filter((name) => Bun.which(name) === null);
  return missing.length === 0 ? undefined : `not installed: ${missing.join(", ")}`;
}

/** Resolves when systemd says that it is up. */
export async function startSystemdMachine({ hasDisk = false }: MachineOptions = {}): Promise<SystemdMachine> {
  const base = await debianRoot();
  const folder = await mkdtemp(join(tmpdir(), "muster-machine-"));
  if (hasDisk) await runCommand(["mount", "-t", "tmpfs", "-o", "size=3g", "tmpfs", folder]);
  return bootMachine(base, folder, hasDisk);
}

async function bootMachine(base: string, folder: string, hasDisk: boolean): Promise<SystemdMachine> {
  const boot = join(root, "test", "fixtures", "programs", "boot-systemd.sh");
  const outer = Bun.spawn(["unshare", "-mpfinuC", "--kill-child", boot, base, folder], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const end = async (): Promise<void> => {
    outer.kill("SIGKILL");
    await outer.exited;
  };
  const stop = async (): Promise<void> => {
    await end();
    if (hasDisk) await runCommand(["umount", "-l", folder]);
    await rmdir(folder);
  };
  const cutPower = async (): Promise<SystemdMachine> => {
    if (!hasDisk) throw new Error("A machine without a disk forgets everything");
    const init = await childOf(outer.pid);
    await end();
    await until("the machine's end", () => !existsSync(`/proc/${init ?? 0}`));
    return bootMachine(base, folder, hasDisk);
  };
  try {
    const init = await until("the machine's process 1", () => childOf(outer.pid));
    const machine = machineOf(init, { stop, cutPower });
    await until(
      "systemd",
      async () => (await machine.run(["systemctl", "is-system-running"])).stdout === "running\n",
      60_000,
    );
    return machine;
  } catch (cause) {
    outer.kill("SIGKILL");
    throw new Error(`The machine did not start: ${await new Response(outer.stderr).text()}`, { cause });
  }
}

function machineOf(init: number, power: Pick<SystemdMachine, "stop" | "cutPower">): SystemdMachine {
  const inside = ["nsenter", "--target", String(init), "--all", "--"];
  const run: SystemdMachine["run"] = (argv, options) =>
    runProgram([...inside, ...argv], {
      ...options,
      env: { PATH: "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/root" },
    });
  return {
    path: (path) => `/proc/${init}/root${path}`,
    run,
    expect: async (argv, options) => {
      const { code, stdout, stderr } = await run(argv, options);
      if (code !== 0) throw new Error(`"${argv.join(" ")}" ended with code ${code}: ${stderr}${stdout}`);
      return stdout.replace(/\n$/, "");
    },
    inNetwork: (argv) => ["nsenter", "--target", String(init), "--net", "--", ...argv],
    ...power,
  };
}

async function childOf(pid: number): Promise<number | undefined> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
  const [first = ""] = children.trim().split(" ");
  return first === "" ? undefined : Number(first);
}

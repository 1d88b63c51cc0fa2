// Two machines that are network namespaces of this one, with one cable between them: for cut links, and for seeing all that leaves.

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runProgram } from "./run-program.ts";

export interface Machine {
  readonly address: string;
  /** Runs what follows it on this machine. */
  readonly launcher: readonly string[];
}

export interface TwoMachines {
  /** Sends everything that is not its own over the cable, DNS too. */
  readonly edge: Machine;
  readonly hub: Machine;
  /** Takes the hub's end of the cable away; nobody is told. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  remove(): Promise<void>;
}

/** What this machine lacks for them; undefined: nothing. */
export function namespacesMissing(): string | undefined {
  if (process.platform !== "linux") return "network namespaces are Linux's";
  if (process.getuid?.() !== 0) return "network namespaces need root";
  if (Bun.which("ip") === null) return 'there is no "ip" (Debian package iproute2)';
  const name = `muster-try-${process.pid}`;
  const tried = Bun.spawnSync(["ip", "netns", "add", name], { stderr: "pipe" });
  if (tried.exitCode !== 0) return `"ip netns add" failed: ${tried.stderr.toString().trim()}`;
  Bun.spawnSync(["ip", "netns", "del", name]);
  return undefined;
}

/** `network` is the second byte of their addresses, 10.N.0.0/24: another for each test file. */
export async function twoMachines(network: number): Promise<TwoMachines> {
  const [edge, hub] = [machine("edge", `10.${network}.0.1`), machine("hub", `10.${network}.0.2`)];
  const [edgeCable, hubCable] = [`mus${process.pid}e`, `mus${process.pid}h`];
  const remove = async (): Promise<void> => {
    for (const { name } of [edge, hub]) {
      await runProgram(["ip", "netns", "del", name]);
      rmSync(join("/etc/netns", name), { recursive: true, force: true });
    }
  };
  try {
    for (const { name } of [edge, hub]) await ip("netns", "add", name);
    // Where the edge would ask for names: at the other end of the cable, so that a question is seen.
    mkdirSync(join("/etc/netns", edge.name), { recursive: true });
    writeFileSync(join("/etc/netns", edge.name, "resolv.conf"), `nameserver ${hub.address}\n`);
    await ip("link", "add", edgeCable, "netns", edge.name, "type", "veth", "peer", hubCable, "netns", hub.name);
    for (const [{ name, address }, cable] of [
      [edge, edgeCable],
      [hub, hubCable],
    ] as const) {
      await ip("-n", name, "address", "add", `${address}/24`, "dev", cable);
      await ip("-n", name, "link", "set", "lo", "up");
      await ip("-n", name, "link", "set", cable, "up");
    }
    await ip("-n", edge.name, "route", "add", "default", "via", hub.address);
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    edge,
    hub,
    cut: () => ip("-n", hub.name, "link", "set", hubCable, "down"),
    mend: () => ip("-n", hub.name, "link", "set", hubCable, "up"),
    remove,
  };
}

function machine(role: string, address: string): Machine & { readonly name: string } {
  const name = `muster-${role}-${process.pid}`;
  return { name, address, launcher: ["ip", "netns", "exec", name] };
}

async function ip(...args: string[]): Promise<void> {
  const { code, stderr } = await runProgram(["ip", ...args]);
  if (code !== 0) throw new Error(`"ip ${args.join(" ")}" failed: ${stderr.trim()}`);
}

// What arrives at a machine of `network-namespaces.ts`, seen below every program: by a raw socket.

import { join } from "node:path";
import type { Machine } from "./network-namespaces.ts";
import { until } from "./until.ts";

export interface Packet {
  readonly protocol: string;
  readonly source: string;
  readonly destination: string;
  /** 0 where the protocol has none. */
  readonly port: number;
}

export interface Capture {
  /** All so far. */
  packets(): readonly Packet[];
  stop(): Promise<void>;
}

/** Resolves when nothing that comes from now on is missed. Needs root and python3. */
export async function capturePackets(machine: Machine): Promise<Capture> {
  const child = Bun.spawn([...machine.launcher, "python3", join(import.meta.dirname, "packet-capture.py")], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
  const lines: string[] = [];
  void follow(child.stdout, lines);
  await until("the capture to be ready", () => lines.includes("ready"));
  return {
    packets: () => lines.filter((line) => line !== "ready").map(parse),
    stop: async () => {
      child.kill();
      await child.exited;
    },
  };
}

async function follow(stream: ReadableStream<Uint8Array>, lines: string[]): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const piece of stream) {
    const parts = (rest + decoder.decode(piece, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
  }
}

function parse(line: string): Packet {
  const [protocol = "", source = "", destination = "", port = "0"] = line.split(" ");
  return { protocol, source, destination, port: Number(port) };
}

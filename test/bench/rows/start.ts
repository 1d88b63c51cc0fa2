// What a start costs: `version`, ten agents on a server that is there, ten agents with the bundled server.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect as connectSocket, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { natsServerProgram } from "../../../build/nats-server/nats-server.ts";
import { hostTarget } from "../../../build/target/target.ts";
import type { BenchContext } from "../support/bench-context.ts";
import { over, type Row } from "../support/row.ts";
import { median, medianOf } from "../support/statistics.ts";
import { connectBus } from "../support/streams.ts";

const agents = 10;

export async function startRows(bench: BenchContext): Promise<readonly Row[]> {
  const hello: number[] = [];
  const version: number[] = [];
  for (let at = 0; at < 40; at++) {
    hello.push(await runMs([bench.hello]));
    version.push(await runMs([bench.executable, "version"]));
  }
  const external = await medianOf(12, () => untilBeats(bench));
  const server = await medianOf(8, serverStartMs);
  const bundled = await bundledMs(bench);
  const row = (what: string, value: number): { what: string; unit: string; value: number } => ({
    what,
    unit: "ms",
    value,
  });
  return [
    over({ ...row("version", median(version)), reference: { what: "compiled hello", value: median(hello) } }, 5),
    over(
      {
        ...row("start to 10 heartbeats, external server", external),
        reference: { what: "version", value: median(version) },
      },
      60,
    ),
    over(
      {
        ...row("start to 10 heartbeats, bundled server", bundled),
        reference: { what: "nats-server's start", value: server },
      },
      120,
    ),
  ];
}

async function runMs(argv: readonly string[]): Promise<number> {
  const startedAt = performance.now();
  const child = Bun.spawn([...argv], { stdin: "ignore", stdout: "ignore", stderr: "ignore" });
  await child.exited;
  return performance.now() - startedAt;
}

async function untilBeats({ executable, nats }: BenchContext): Promise<number> {
  const bus = await connectBus(nats.url);
  const seen = new Set<string>();
  const all = Promise.withResolvers<undefined>();
  bus.subscribe("agents.hb.muster.bench-start.*", {
    callback: (_error, message) => {
      seen.add(message.subject);
      if (seen.size === agents) all.resolve(undefined);
    },
  });
  await bus.flush();
  const folder = await folderWith(`{ mode: external, servers: ["${nats.url}"] }`);
  const startedAt = performance.now();
  const child = start(executable, folder);
  await all.promise;
  const took = performance.now() - startedAt;
  await stop(child);
  await bus.close();
  await rm(folder, { recursive: true, force: true });
  return took;
}

/** The first start extracts the server and does not count. */
async function bundledMs({ executable }: BenchContext): Promise<number> {
  const port = await freePort();
  const folder = await folderWith(`{ mode: embedded, embedded: { port: ${port} } }`);
  const values: number[] = [];
  for (let at = 0; at < 8; at++) {
    const startedAt = performance.now();
    const child = start(executable, folder);
    await rawBeats(port);
    values.push(performance.now() - startedAt);
    await stop(child);
  }
  await rm(folder, { recursive: true, force: true });
  return median(values.slice(1));
}

/** Subscribes as soon as the port opens, by a bare socket, and waits for the beats of all agents. */
async function rawBeats(port: number): Promise<void> {
  const all = Promise.withResolvers<undefined>();
  const seen = new Set<string>();
  const attempt = (): void => {
    const socket = connectSocket(port, "127.0.0.1", () => {
      socket.write('CONNECT {"verbose":false}\r\nSUB agents.hb.> 1\r\n');
    });
    socket.on("error", () => setTimeout(attempt, 1));
    socket.on("data", (data) => {
      for (const match of data.toString().matchAll(/agents\.hb\.muster\.bench-start\.(\w+)/g)) seen.add(match[1] ?? "");
      if (seen.size < agents) return;
      socket.destroy();
      all.resolve(undefined);
    });
  };
  attempt();
  await all.promise;
}

async function serverStartMs(): Promise<number> {
  const program = await natsServerProgram(hostTarget());
  const folder = await mkdtemp(join(tmpdir(), "muster-bench-"));
  const startedAt = performance.now();
  const child = Bun.spawn([program, "-a", "127.0.0.1", "-p", "-1", "-js", "-sd", folder], {
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
  });
  let log = "";
  const pieces: AsyncIterable<Uint8Array> = child.stderr;
  for await (const piece of pieces) {
    log += new TextDecoder().decode(piece);
    if (log.includes("Server is ready")) break;
  }
  const took = performance.now() - startedAt;
  child.kill("SIGKILL");
  await child.exited;
  await rm(folder, { recursive: true, force: true });
  return took;
}

async function folderWith(nats: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "muster-bench-"));
  const names = Array.from({ length: agents }, (_, at) => `  a${at}: { model: m }`);
  await writeFile(
    join(folder, "agents.yaml"),
    `identity: { owner: bench-start }
nats: ${nats}
models:
  m: { provider: ollama, url: "http://127.0.0.1:9", model: none }
defaults: { instructions: Answer. }
agents:
${names.join("\n")}
`,
  );
  return folder;
}

function start(executable: string, folder: string): Bun.Subprocess {
  return Bun.spawn([executable, "run", "-f", join(folder, "agents.yaml"), "--state", join(folder, "state")], {
    stdin: "ignore",
    stdout: "ignore",
    stderr: "ignore",
  });
}

async function stop(child: Bun.Subprocess): Promise<void> {
  child.kill("SIGTERM");
  await child.exited;
}

async function freePort(): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const server = createServer().listen(0, "127.0.0.1", () => {
    const address = server.address();
    server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
  });
  return promise;
}

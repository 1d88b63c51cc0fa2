// A real nats-server for one test file: on a free loopback port, with a folder of its own, gone when the test ends it.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { natsServerProgram } from "../../build/nats-server/nats-server.ts";
import { hostTarget } from "../../build/target/target.ts";
import { until } from "./until.ts";

export interface NatsServerOptions {
  /** Lines added to the configuration, in nats-server's own language. */
  readonly config?: string;
  /** Turns JetStream on, its store in the server's own folder. */
  readonly jetstream?: boolean;
  /** Put before its command line, such as `ip netns exec NAME`. */
  readonly launcher?: readonly string[];
  /** JetStream's domain. */
  readonly domain?: string;
}

export interface RunningNatsServer {
  readonly url: string;
  readonly port: number;
  /** Everything that it has logged, restarts included. */
  log(): string;
  /** Ends it by SIGKILL; `restart` brings it back. */
  kill(): Promise<void>;
  /** Starts it again on the same port with the same store, ending it first where it runs. Resolves when it accepts clients. */
  restart(): Promise<void>;
  /** Has it read its configuration again, with other lines added. Resolves when it goes by them. */
  reload(config: string): Promise<void>;
  /** Pid of the process that runs now. */
  pid(): number;
  /** Ends it and removes its folder. May be called again. */
  stop(): Promise<void>;
}

/** Starts one; resolves when it accepts clients. Throws with its log when it ends instead. */
export async function startNatsServer(options: NatsServerOptions = {}): Promise<RunningNatsServer> {
  const program = await natsServerProgram(hostTarget());
  const folder = await mkdtemp(join(tmpdir(), "muster-nats-"));
  const lines: string[] = [];
  const start = async (port: number): Promise<StartedProcess> => {
    const path = join(folder, "nats.conf");
    await writeFile(path, configText(folder, port, options));
    return startProcess([...(options.launcher ?? []), program, "-c", path], lines);
  };
  let configuredPort = -1;
  let current = await start(configuredPort);
  const { port } = current;
  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    log: () => lines.join("\n"),
    kill: () => end(current, "SIGKILL"),
    restart: async () => {
      await end(current, "SIGKILL");
      configuredPort = port;
      current = await start(port);
    },
    reload: async (config) => {
      const told = lines.length;
      await writeFile(join(folder, "nats.conf"), configText(folder, configuredPort, { ...options, config }));
      current.child.kill("SIGHUP");
      await until("the server to read its configuration again", () =>
        lines.slice(told).some((line) => /Reloaded server configuration|Failed to reload/.test(line)),
      );
      if (lines.slice(told).some((line) => line.includes("Failed to reload")))
        throw new Error(lines.slice(told).join("\n"));
    },
    pid: () => current.child.pid,
    stop: async () => {
      await end(current, "SIGKILL");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface StartedProcess {
  readonly child: Bun.Subprocess<"ignore", "ignore", "pipe">;
  readonly port: number;
}

function configText(folder: string, port: number, options: NatsServerOptions): string {
  const domain = options.domain === undefined ? "" : `, domain: ${options.domain}`;
  const store = JSON.stringify(join(folder, "jetstream"));
  return [
    "host: 127.0.0.1",
    `port: ${port}`,
    ...(options.jetstream === true ? [`jetstream { store_dir: ${store}, max_file_store: 64MB${domain} }`] : []),
    options.config ?? "",
  ].join("\n");
}

async function startProcess(argv: string[], lines: string[]): Promise<StartedProcess> {
  const child = Bun.spawn(argv, { stdin: "ignore", stdout: "ignore", stderr: "pipe" });
  const ready = Promise.withResolvers<number>();
  void followLog(child.stderr, lines, ready);
  return { child, port: await ready.promise };
}

async function followLog(
  stream: ReadableStream<Uint8Array>,
  lines: string[],
  ready: PromiseWithResolvers<number>,
): Promise<void> {
  const decoder = new TextDecoder();
  const first = lines.length;
  let rest = "";
  let port = 0;
  for await (const piece of stream) {
    const parts = (rest + decoder.decode(piece, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    for (const line of parts) {
      lines.push(line);
      port = Number(/Listening for client connections on \S+:(\d+)/.exec(line)?.[1] ?? port);
      if (line.includes("Server is ready")) ready.resolve(port);
    }
  }
  ready.reject(new Error(`nats-server ended before it was ready:\n${lines.slice(first).join("\n")}`));
}

async function end({ child }: StartedProcess, signal: "SIGKILL" | "SIGTERM"): Promise<void> {
  child.kill(signal);
  await child.exited;
}

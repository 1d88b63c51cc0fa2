// A real MQTT broker for one test file: on a free loopback port, with a folder of its own, gone when the test ends it.

import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { runProgram } from "./run-program.ts";
import { until } from "./until.ts";

export interface Mosquitto {
  readonly port: number;
  readonly folder: string;
  log(): string;
  /** SIGKILL; `restart` brings it back on its port. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  /** Subscribes from outside, by another implementation. Resolves when the broker knows of it. */
  listen(topic: string): Promise<OutsideListener>;
  /** Publishes from outside. */
  publish(topic: string, payload: string, options?: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

export interface OutsideListener {
  /** `topic payload` each. */
  readonly lines: string[];
  stop(): void;
}

export interface MosquittoOptions {
  /** Makes a certificate of its own authority, in `ca.pem` of its folder; clients need it, and the name `localhost`. */
  readonly tls?: boolean;
  /** Clients must show these. */
  readonly user?: { readonly name: string; readonly password: string };
}

const broker = "/usr/sbin/mosquitto";

/** Why there is none here, or undefined. */
export function missingForMosquitto(): string | undefined {
  if (!existsSync(broker)) return "not installed: mosquitto";
  return Bun.which("mosquitto_sub") === null ? "not installed: mosquitto-clients" : undefined;
}

export async function startMosquitto(options: MosquittoOptions = {}): Promise<Mosquitto> {
  const folder = await mkdtemp(join(tmpdir(), "muster-mqtt-"));
  await chmod(folder, 0o755); // It gives up root before it reads.
  const port = await freePort();
  const conf = join(folder, "mosquitto.conf");
  if (options.tls === true) await makeCertificates(folder);
  if (options.user !== undefined) {
    const { name, password } = options.user;
    await runProgram(["mosquitto_passwd", "-b", "-c", join(folder, "passwd"), name, password]);
    await chmod(join(folder, "passwd"), 0o644);
  }
  await writeFile(conf, configText(folder, port, options));
  const client = clientOptions(folder, port, options);
  let log = "";
  let child: Bun.Subprocess<"ignore", "ignore", "pipe"> | undefined;
  const start = async () => {
    child = Bun.spawn([broker, "-v", "-c", conf], { stdin: "ignore", stdout: "ignore", stderr: "pipe" });
    void (async (stream: ReadableStream<Uint8Array>) => {
      for await (const piece of stream) log += new TextDecoder().decode(piece);
    })(child.stderr);
    await until("mosquitto to accept clients", () => accepts(port));
  };
  const kill = async () => {
    child?.kill("SIGKILL");
    await child?.exited;
  };
  const listeners = new Set<OutsideListener>();
  await start();
  return {
    port,
    folder,
    log: () => log,
    kill,
    restart: async () => {
      await kill();
      await start();
    },
    listen: async (topic) => {
      const before = log.length;
      const listener = outsideListener([...client, "-t", topic]);
      listeners.add(listener);
      await until("the outside listener", () => log.slice(before).includes("Sending SUBACK"));
      return listener;
    },
    publish: async (topic, payload, more = []) => {
      const { code, stderr } = await runProgram([
        "mosquitto_pub",
        ...client,
        "-t",
        topic,
        "-m",
        payload,
        "-q",
        "1",
        ...more,
      ]);
      if (code !== 0) throw new Error(`mosquitto_pub failed: ${stderr}`);
    },
    stop: async () => {
      for (const listener of listeners) listener.stop();
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function configText(folder: string, port: number, { tls, user }: MosquittoOptions): string {
  return [
    `listener ${port} 127.0.0.1`,
    ...(tls === true ? [`certfile ${join(folder, "server.pem")}`, `keyfile ${join(folder, "server.key")}`] : []),
    ...(user === undefined
      ? ["allow_anonymous true"]
      : ["allow_anonymous false", `password_file ${join(folder, "passwd")}`]),
    "log_dest stderr",
    "",
  ].join("\n");
}

function clientOptions(folder: string, port: number, { tls, user }: MosquittoOptions): string[] {
  return [
    ...["-h", tls === true ? "localhost" : "127.0.0.1", "-p", `${port}`],
    ...(tls === true ? ["--cafile", join(folder, "ca.pem")] : []),
    ...(user === undefined ? [] : ["-u", user.name, "-P", user.password]),
  ];
}

async function makeCertificates(folder: string): Promise<void> {
  const at = (name: string) => join(folder, name);
  const openssl = async (...args: string[]) => {
    const { code, stderr } = await runProgram(["openssl", ...args]);
    if (code !== 0) throw new Error(stderr);
  };
  await writeFile(at("ext"), "subjectAltName=DNS:localhost,IP:127.0.0.1\n");
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  await openssl(
    "req",
    "-x509",
    ...key,
    "-keyout",
    at("ca.key"),
    "-out",
    at("ca.pem"),
    "-subj",
    "/CN=test-ca",
    "-days",
    "2",
  );
  await openssl("req", ...key, "-keyout", at("server.key"), "-out", at("server.csr"), "-subj", "/CN=localhost");
  const signed = ["-CA", at("ca.pem"), "-CAkey", at("ca.key"), "-CAcreateserial", "-extfile", at("ext"), "-days", "2"];
  await openssl("x509", "-req", "-in", at("server.csr"), ...signed, "-out", at("server.pem"));
  await chmod(at("server.key"), 0o644);
}

function outsideListener(options: readonly string[]): OutsideListener {
  const child = Bun.spawn(["mosquitto_sub", ...options, "-v", "-q", "1"], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "ignore",
  });
  const lines: string[] = [];
  void (async (stream: ReadableStream<Uint8Array>) => {
    let rest = "";
    for await (const piece of stream) {
      const parts = (rest + new TextDecoder().decode(piece)).split("\n");
      rest = parts.pop() ?? "";
      lines.push(...parts);
    }
  })(child.stdout);
  return { lines, stop: () => child.kill("SIGKILL") };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

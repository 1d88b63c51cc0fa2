import { afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packParts } from "../../../../build/carry/carried-parts.ts";
import { hostTarget } from "../../../../build/target/target.ts";
import { startBundledServer } from "../../../../src/bus/bundled/bundled-server.ts";
import { readBusFile, runningBus, writeBusFile } from "../../../../src/bus/bundled/bus-file.ts";
import { openLocalBus } from "../../../../src/bus/bundled/local-bus.ts";
import { probeServer } from "../../../../src/bus/bundled/probe-server.ts";
import { isRunning, processIdentity } from "../../../../src/host/process-identity.ts";
import { startNatsServer } from "../../../support/nats-server.ts";
import { rejection } from "../../../support/rejection.ts";
import { silentLog } from "../../../support/silent-log.ts";

let stateDirectory = "";
const ends: (() => Promise<void>)[] = [];
beforeAll(async () => {
  await packParts(hostTarget(), { natsServer: "auto", say: () => undefined });
});
beforeEach(() => {
  stateDirectory = mkdtempSync(join(tmpdir(), "muster-bundled-"));
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  rmSync(stateDirectory, { recursive: true, force: true });
});

const anyPort = { host: "127.0.0.1", port: 0, auth: "none" } as const;
const portOf = (url: string): number => Number(new URL(url).port);

async function start(more: { onUp?: () => void; onDown?: (reason: string) => void; port?: number } = {}) {
  const config = { ...anyPort, port: more.port ?? 0 };
  const server = await startBundledServer({ config, stateDirectory, owner: "tests", log: silentLog(), ...more });
  ends.push(() => server.stop());
  return server;
}

describe("startBundledServer", () => {
  test("answers on a free loopback port that the state directory names, and is gone after stop", async () => {
    const server = await start();
    expect(await probeServer("127.0.0.1", portOf(server.url), 1000)).toMatchObject({ version: "2.15.1" });
    expect(runningBus(stateDirectory)?.url).toBe(server.url);
    await server.stop();
    expect(processIdentity(server.pid())).toBeUndefined();
    expect(readBusFile(stateDirectory)).toBeUndefined();
    expect(await probeServer("127.0.0.1", portOf(server.url), 1000)).toBeUndefined();
  });

  test("says where it cannot extract its program", async () => {
    writeFileSync(join(stateDirectory, "carried"), "in the way");
    const starting = startBundledServer({ config: anyPort, stateDirectory, owner: "tests", log: silentLog() });
    const failed = await starting.then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failed).toMatchObject({ name: "BundledServerError", kind: "not-extracted" });
    expect(String(failed)).toContain(join(stateDirectory, "carried"));
  });

  test("comes back on the same URL when it is killed", async () => {
    const up = Promise.withResolvers<undefined>();
    const reasons: string[] = [];
    const server = await start({ onUp: () => up.resolve(undefined), onDown: (reason) => reasons.push(reason) });
    const first = server.pid();
    process.kill(first, "SIGKILL");
    await up.promise;
    expect(reasons).toEqual(["nats-server ended with SIGKILL"]);
    expect(server.pid()).not.toBe(first);
    expect(server.restarts()).toBe(1);
    expect(runningBus(stateDirectory)?.url).toBe(server.url);
    expect(await probeServer("127.0.0.1", portOf(server.url), 1000)).toBeDefined();
  });

  test("can be stopped while it is down", async () => {
    const down = Promise.withResolvers<undefined>();
    const server = await start({ onDown: () => down.resolve(undefined) });
    process.kill(server.pid(), "SIGKILL");
    await down.promise;
    await server.stop();
    expect(readBusFile(stateDirectory)).toBeUndefined();
    expect(await probeServer("127.0.0.1", portOf(server.url), 1000)).toBeUndefined();
  });

  test("says who has the port and what to do", async () => {
    const other = await startNatsServer({ config: "server_name: other" });
    ends.push(() => other.stop());
    const failed = startBundledServer({
      config: { ...anyPort, port: other.port },
      stateDirectory,
      owner: "tests",
      log: silentLog(),
    });
    expect(await rejection(failed)).toBe(
      `Cannot start the bundled NATS server on 127.0.0.1:${other.port}: another NATS server ("other", version 2.15.1) has the port. ` +
        'Stop it, use that server with "nats.mode: external" and "nats.servers", or set nats.embedded.port to another (0: a free one)',
    );
  });

  test("ends the server of a runtime that was killed before it starts its own", async () => {
    const left = await orphan();
    const server = await start({ port: left.port });
    expect(isRunning(left.identity)).toBe(false);
    expect(portOf(server.url)).toBe(left.port);
  });
});

describe("openLocalBus", () => {
  const open = (mode: "auto" | "embedded", port: number) =>
    openLocalBus(
      { mode, embedded: { host: "127.0.0.1", port, auth: "none" } },
      { stateDirectory, owner: "tests", log: silentLog() },
    );

  test("uses a server that answers there in mode auto", async () => {
    const other = await startNatsServer();
    ends.push(() => other.stop());
    expect(await open("auto", other.port)).toEqual({ url: other.url });
  });

  test("takes that server for an error in mode embedded", async () => {
    const other = await startNatsServer();
    ends.push(() => other.stop());
    expect(await rejection(open("embedded", other.port))).toContain("has the port");
  });

  test("starts the bundled one there when nobody answers", async () => {
    const port = await freePort();
    const bus = await open("auto", port);
    ends.push(async () => bus.bundled?.stop());
    expect(bus.url).toBe(`nats://127.0.0.1:${port}`);
    expect(bus.bundled?.pid()).toBeGreaterThan(0);
  });
});

describe("probeServer", () => {
  test("does not take another program for a NATS server", async () => {
    const server = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    const port = await listen(server);
    ends.push(() => new Promise((resolve) => server.close(() => resolve())));
    expect(await probeServer("127.0.0.1", port, 1000)).toBeUndefined();
  });

  test("gives up on a program that says nothing", async () => {
    const server = createServer((socket) => socket.on("error", () => socket.destroy()));
    const port = await listen(server);
    ends.push(() => new Promise((resolve) => server.close(() => resolve())));
    expect(await probeServer("127.0.0.1", port, 50)).toBeUndefined();
  });
});

/** What a killed runtime leaves behind at its worst: a server that lives on, and the file that names it. */
async function orphan() {
  const server = await startNatsServer();
  ends.push(() => server.stop());
  const identity = processIdentity(server.pid());
  if (identity === undefined) throw new Error("The server has ended");
  writeBusFile(stateDirectory, { url: server.url, server: identity });
  return { identity, port: server.port };
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

function listen(server: ReturnType<typeof createServer>): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}

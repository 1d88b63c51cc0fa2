import { afterEach, beforeEach, expect, test } from "bun:test";
import { natsServerTime } from "../../../../src/bus/connection/server-time.ts";
import { natsTimes } from "../../../../src/runtime/doctor/machine-clock.ts";
import { freePort } from "../../../support/free-port.ts";
import { type RunningNatsServer, startNatsServer } from "../../../support/nats-server.ts";

let server: RunningNatsServer;

beforeEach(async () => {
  server = await startNatsServer({
    config: `authorization { users: [
      { user: a, password: a }
      { user: b, password: b, permissions: { publish: { deny: "$SYS.>" } } }
    ] }`,
  });
});

afterEach(async () => {
  await server.stop();
});

function timeFor(user: string) {
  const servers = [server.url.replace("//", `//${user}:${user}@`)];
  return natsServerTime({ servers }, "test", 1_000);
}

test("a server tells its time to a user that may ask", async () => {
  const before = Date.now();
  const time = await timeFor("a");
  expect(time?.server).toBe(`127.0.0.1:${server.port}`);
  expect(time?.ms).toBeGreaterThanOrEqual(before - 1);
  expect(time?.ms).toBeLessThanOrEqual(Date.now() + 1);
});

test("who may not ask, is not taken, or finds no server, is told no time", async () => {
  expect(await timeFor("b")).toBeUndefined();
  expect(await timeFor("nobody")).toBeUndefined();
  expect(await natsServerTime({ servers: [`nats://127.0.0.1:${await freePort()}`] }, "test", 1_000)).toBeUndefined();
});

test("a server on this machine is not asked: it has this machine's clock", async () => {
  const embedded = { host: "127.0.0.1", port: 4222, auth: "none" } as const;
  expect(await natsTimes({ mode: "external", embedded, servers: [server.url] }, "test")).toEqual([]);
  expect(await natsTimes({ mode: "embedded", embedded, servers: [] }, "test")).toEqual([]);
});

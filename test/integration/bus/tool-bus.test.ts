// What tools do on NATS, against a real server: a message, a reply, nobody there, nobody in time, no permission, no room.

import { headers } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { ConfiguredBus } from "../../../src/bus/connection/connection.ts";
import { openBus } from "../../../src/bus/connection/open-bus.ts";
import { toolBus } from "../../../src/bus/tool-bus.ts";
import { Secret } from "../../../src/manifest/secret.ts";
import { ToolError } from "../../../src/tool/contract.ts";
import type { ToolBus } from "../../../src/tool/subjects/tool-bus.ts";
import { startNatsServer, type RunningNatsServer } from "../../support/nats-server.ts";
import { rawCaller, type RawCaller } from "../../support/raw-caller.ts";
import { rejectionError } from "../../support/rejection.ts";
import { silentLog } from "../../support/silent-log.ts";

const config = `
max_payload: 4096
authorization {
  users: [
    { user: host, password: host, permissions: { publish: { deny: ["plant.secret"] } } }
    { user: plant, password: plant }
  ]
}`;
const options = { timeoutMs: 20_000, signal: new AbortController().signal };
let server: RunningNatsServer;
let connection: ConfiguredBus;
let plant: RawCaller;
let bus: ToolBus;

beforeAll(async () => {
  server = await startNatsServer({ config });
  connection = openBus({
    settings: { servers: [server.url], user: "host", password: new Secret("host") },
    clientName: "test",
    log: silentLog(),
  });
  await connection.connected();
  plant = await rawCaller(server.url, { user: "plant", pass: "plant" });
  bus = toolBus(connection);
});

afterAll(async () => {
  await plant.close();
  await connection.close();
  await server.stop();
});

describe("a message", () => {
  test("arrives, and is known to the server by then", async () => {
    const heard = Promise.withResolvers<string>();
    plant.nats.subscribe("plant.log", { max: 1, callback: (_, message) => heard.resolve(message.string()) });
    await plant.nats.flush();
    await bus.publish("plant.log", "Überdruck");
    expect(await heard.promise).toBe("Überdruck");
  });

  test("that permissions forbid is denied, and one that is too large is not sent", async () => {
    expect(await rejectionError(bus.publish("plant.secret", "x"))).toMatchObject({ kind: "denied" });
    expect(await rejectionError(bus.publish("plant.log", "x".repeat(5_000)))).toMatchObject({ kind: "limit" });
  });
});

describe("a request", () => {
  test("gives the first reply, and what a service says of its failure", async () => {
    plant.nats.subscribe("plant.read", { callback: (_, message) => void message.respond(`got ${message.string()}`) });
    plant.nats.subscribe("plant.broken", {
      callback: (_, message) => {
        const all = headers();
        all.set("Nats-Service-Error-Code", "400");
        all.set("Nats-Service-Error", "no such register");
        message.respond("", { headers: all });
      },
    });
    await plant.nats.flush();
    expect(Buffer.from((await bus.request("plant.read", "7", options)).data).toString()).toBe("got 7");
    expect((await bus.request("plant.broken", "", options)).serviceError).toBe("400 no such register");
  });

  test("to nobody fails at once, and one that is not answered in time", async () => {
    expect(await rejectionError(bus.request("plant.nobody", "", options))).toMatchObject({ kind: "unavailable" });
    plant.nats.subscribe("plant.mute", { callback: () => undefined });
    await plant.nats.flush();
    const late = bus.request("plant.mute", "", { ...options, timeoutMs: 100 });
    expect(await rejectionError(late)).toEqual(new ToolError("timeout", 'No reply from "plant.mute" within 0.1 s'));
  });

  test("that permissions forbid is denied", async () => {
    expect(await rejectionError(bus.request("plant.secret", "", options))).toMatchObject({ kind: "denied" });
  });

  test("ends with its turn", async () => {
    const turn = new AbortController();
    const asked = bus.request("plant.mute", "", { ...options, signal: turn.signal });
    turn.abort(new Error("caller gone"));
    expect(await rejectionError(asked)).toEqual(new Error("caller gone"));
  });

  test("does not outlive its connection, and nothing is sent without one", async () => {
    const asked = bus.request("plant.mute", "", options);
    await connection.close();
    expect(await rejectionError(asked)).toMatchObject({ kind: "failed" });
    expect(await rejectionError(bus.publish("plant.log", "x"))).toMatchObject({ kind: "unavailable" });
  });
});

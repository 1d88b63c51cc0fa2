// A caller whose NATS user may not do what a call needs is told at once, not after a minute of silence.

import { afterAll, beforeAll, expect, test } from "bun:test";
import type { BusConnection } from "../../../../src/bus/connection/connection.ts";
import { discoverAgents } from "../../../../src/bus/calling/discovery.ts";
import { openCaller, readCall, targetAt } from "../../../support/caller.ts";
import type { RunningNatsServer } from "../../../support/nats-server.ts";
import { startNatsServer } from "../../../support/nats-server.ts";
import { rejectionError } from "../../../support/rejection.ts";

let server: RunningNatsServer;
let writer: BusConnection;
let reader: BusConnection;

beforeAll(async () => {
  server = await startNatsServer({
    config: `authorization { users: [
      { user: reader, password: r, permissions: { publish: ["none"], subscribe: [">"] } }
      { user: writer, password: w, permissions: { publish: [">"], subscribe: ["none"] } }
    ] }`,
  });
  reader = await openCaller(server.url.replace("//", "//reader:r@"));
  writer = await openCaller(server.url.replace("//", "//writer:w@"));
});

afterAll(async () => {
  await reader.close();
  await writer.close();
  await server.stop();
});

test("a prompt that may not be published fails as not permitted", async () => {
  const { error } = await readCall(reader, targetAt("agents.prompt.a.b.c"), { prompt: "hi" });
  expect(error?.code).toBe("not_permitted");
});

test("an inbox that may not be listened on fails as not permitted", async () => {
  const { error } = await readCall(writer, targetAt("agents.prompt.a.b.c"), { prompt: "hi" });
  expect(error?.code).toBe("not_permitted");
});

test("a discovery that may not ask fails as not permitted", async () => {
  expect(await rejectionError(discoverAgents(reader))).toMatchObject({ code: "not_permitted" });
  expect(await rejectionError(discoverAgents(writer))).toMatchObject({ code: "not_permitted" });
});

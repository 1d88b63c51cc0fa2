import { expect, test } from "bun:test";
import type { NatsConfig } from "../../../../src/manifest/manifest.ts";
import { checkNats, type NatsFacts } from "../../../../src/runtime/doctor/check-nats.ts";
import { findingsOf, linesOf } from "./findings.ts";

const embedded = { host: "127.0.0.1", port: 4222, auth: "none" } as const;

function config(given: Partial<NatsConfig> = {}): NatsConfig {
  return { mode: "embedded", embedded, servers: [], ...given };
}

/** Fails the test where something is asked that should not be. */
function notAsked(): never {
  throw new Error("Asked where it should not be");
}

function check(given: Partial<NatsFacts>) {
  return checkNats({
    nats: config(),
    bus: undefined,
    isOffline: false,
    servers: ({ servers }) => Promise.resolve(servers),
    connect: notAsked,
    probe: () => Promise.resolve(undefined),
    listenProblem: () => Promise.resolve(undefined),
    bundledProblem: () => Promise.resolve(undefined),
    ...given,
  });
}

const since = "2026-11-22T10:00:00.000Z";

test("the runtime's own word counts, and nobody else is asked", async () => {
  const bus = { server: "bundled", state: "connected", url: "nats://127.0.0.1:4222", since } as const;
  expect(await linesOf(check({ bus, probe: notAsked }))).toEqual([
    `ok: Connected to the bundled server at nats://127.0.0.1:4222 since ${since}`,
  ]);
  expect(await linesOf(check({ bus: { ...bus, serverRestarts: 9 } }))).toContain(
    "warning: The bundled server was started again 9 times",
  );
});

test("a runtime without a connection says why, and what to do", async () => {
  const problem = 'Cannot reach NATS at "h:1": connection refused. Start nats-server there';
  const [finding] = await findingsOf(check({ bus: { server: "external", state: "connecting", since, problem } }));
  expect(finding).toMatchObject({ result: "problem", remedy: "Start nats-server there" });
  expect(finding?.text).toEndWith('Cannot reach NATS at "h:1": connection refused');
});

test("offline no server elsewhere is asked, and one on this machine is", async () => {
  const elsewhere = config({ mode: "external", servers: ["nats://127.0.0.1", "tls://nats.example:4222"] });
  expect((await findingsOf(check({ nats: elsewhere, isOffline: true })))[0]?.result).toBe("skipped");
  const seen = {
    server: "127.0.0.1:4222",
    serverName: "n",
    version: "2.15.1",
    maxPayloadBytes: 1,
    rttMs: 2,
    hasJetStream: true,
  };
  const here = config({ mode: "external", servers: ["nats://user:word@[::1]:4222", "localhost:4333"] });
  expect(await linesOf(check({ nats: here, isOffline: true, connect: () => Promise.resolve(seen) }))).toEqual([
    "ok: 127.0.0.1:4222 takes us, version 2.15.1, round trip 2 ms",
  ]);
});

test("a port that another NATS server has is a problem, but for auto", async () => {
  const probe = () => Promise.resolve({ serverName: "theirs", version: "2.10.0" });
  expect((await findingsOf(check({ probe })))[0]?.text).toContain('Another NATS server ("theirs") has 127.0.0.1:4222');
  expect((await findingsOf(check({ probe, nats: config({ mode: "auto" }) })))[0]?.result).toBe("ok");
});

test("a port that cannot be taken is a problem in its own words", async () => {
  const text = async (code: string) =>
    (await findingsOf(check({ listenProblem: () => Promise.resolve(code) })))[0]?.text;
  expect(await text("EADDRINUSE")).toEndWith("another program has the port");
  expect(await text("EADDRNOTAVAIL")).toEndWith("this machine does not have the address");
  expect(await text("EACCES")).toEndWith("this user may not take the port");
  expect(await text("EFOO")).toEndWith("EFOO");
});

test("an executable without a server, or with one that cannot run, is a problem", async () => {
  const why = "This executable carries no NATS server. Use one of your own";
  expect(await findingsOf(check({ bundledProblem: () => Promise.resolve(why) }))).toEqual([
    { result: "problem", text: "This executable carries no NATS server", remedy: "Use one of your own" },
  ]);
  expect(await linesOf(check({ nats: undefined }))).toEqual(["skipped: Without a manifest nobody knows which server"]);
});

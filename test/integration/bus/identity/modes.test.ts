// Agents and callers that prove who they are, in each way in which a NATS server knows its users (§13.3.1, §13.4).

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { groupInstances } from "../../../../src/bus/calling/address.ts";
import { discoverAgents } from "../../../../src/bus/calling/discovery.ts";
import type { CallTarget } from "../../../../src/bus/calling/call-request.ts";
import { Roster } from "../../../../src/bus/calling/roster.ts";
import { watchAgents } from "../../../../src/bus/calling/watch-agents.ts";
import type { ConfiguredBus } from "../../../../src/bus/connection/connection.ts";
import { openBus } from "../../../../src/bus/connection/open-bus.ts";
import { ownIdentity } from "../../../../src/bus/identity/own-identity.ts";
import { requestSender, type RequestSender } from "../../../../src/bus/identity/request-sender.ts";
import { sha256Hex, verifySignature } from "../../../../src/bus/identity/signatures.ts";
import type { PromptHandler } from "../../../../src/bus/serving/service-port.ts";
import { startBusHost, type BusHost } from "../../../support/bus-host.ts";
import { readCall } from "../../../support/caller.ts";
import { startNatsServer, type RunningNatsServer } from "../../../support/nats-server.ts";
import { natsUsers, type NatsMode, type NatsUsers } from "../../../support/nats-users.ts";
import { silentLog } from "../../../support/silent-log.ts";
import { testUser } from "../../../support/test-user.ts";

const tellSender: PromptHandler = async function* ({ sender }) {
  yield await Promise.resolve({ type: "text", text: JSON.stringify(sender) } as const);
  yield { type: "end" };
};

for (const mode of ["operator", "named account", "global account", "no authentication"] as const) {
  describe(`§13.4 with ${mode}`, () => onServer(mode));
}

function onServer(mode: NatsMode): void {
  const hasKeys = mode !== "no authentication";
  let users: NatsUsers;
  let server: RunningNatsServer;
  let host: BusHost;
  let bus: ConfiguredBus;
  let sender: RequestSender;

  beforeAll(async () => {
    users = await natsUsers(mode);
    server = await startNatsServer({ config: users.config });
    host = await startBusHost(server.url, { settings: users.host.settings });
    for (const trust of ["any", "signed"] as const) {
      const address = { agent: "muster", owner: "tests", name: trust };
      await host.serve({ address, callers: { trust, allow: [], deny: [] } }, tellSender);
    }
    const settings = { servers: [server.url], ...users.caller.settings };
    bus = openBus({ settings, clientName: "caller", log: silentLog() });
    await bus.connected();
    sender = requestSender(bus, () => bus.credentials());
  });

  afterAll(async () => {
    await bus.close();
    await host.stop();
    await server.stop();
    await users.remove();
  });

  async function target(name: string): Promise<CallTarget> {
    const { agents } = await discoverAgents(bus);
    const found = groupInstances(agents).find(({ address }) => address === `muster/tests/${name}`);
    if (found === undefined) throw new Error(`No agent ${name}`);
    return found.target;
  }

  test(
    hasKeys
      ? "a prompt is served as its sender's"
      : "a prompt has no sender, and where it must be signed it is not sent",
    async () => {
      const open = await readCall(bus, await target("any"), { prompt: "who?" }, { sender });
      const strict = await readCall(bus, await target("signed"), { prompt: "who?" }, { sender });
      if (!hasKeys) {
        expect(JSON.parse(open.text)).toEqual({ trust: "absent" });
        expect([strict.events, strict.error?.code]).toEqual([[], "signature_required"]);
        return;
      }
      for (const { text } of [open, strict]) {
        const [account, user] = (users.caller.id ?? "").split(".");
        expect(JSON.parse(text)).toEqual({ trust: "verified", sender: { account, user } });
      }
    },
  );

  test("who a connection is, is known by its credentials, else by the server's word", async () => {
    const { jwt, signer } = bus.credentials();
    const held = { ...(jwt === undefined ? {} : { jwt }), ...(signer === undefined ? {} : { user: signer.user }) };
    const found = await ownIdentity(bus, held);
    if (!hasKeys) {
      expect(found).toEqual({ state: "none", why: "The connection has no user" });
      return;
    }
    const [account = "", user = ""] = (users.caller.id ?? "").split(".");
    const source = mode === "operator" ? "credentials" : "server";
    expect(found).toEqual({ state: "known", id: { account, user }, source });
    // Whoever answers in the server's stead does not make us somebody else.
    expect(await ownIdentity(bus, { ...held, user: testUser().nkey })).toMatchObject({ state: "unknown" });
  });

  test(hasKeys ? "an agent is known to be its user's" : "an agent names no user", async () => {
    const roster = new Roster(() => performance.now(), { signatures: { sha256: sha256Hex, verify: verifySignature } });
    const watch = watchAgents(bus, roster, sender);
    await watch.refresh();
    watch.close();
    const shown = roster.entries().map(({ name, state, identity, trust }) => ({ name, state, identity, trust }));
    const { id: identity } = users.host;
    const trust = hasKeys ? "verified" : undefined;
    expect(shown).toEqual([
      { name: "any", state: "ready", identity, trust },
      { name: "signed", state: "ready", identity, trust },
    ]);
  });
}

test("§13.9: a caller that cannot sign sends nothing to an agent that declares what it does not know", async () => {
  const server = await startNatsServer();
  const host = await startBusHost(server.url);
  const agent = await host.serve({ address: { agent: "muster", owner: "tests", name: "later" } }, tellSender);
  const bus = openBus({ settings: { servers: [server.url] }, clientName: "caller", log: silentLog() });
  await bus.connected();
  const [found] = groupInstances((await discoverAgents(bus)).agents);
  const strict: CallTarget = {
    ...(found?.target ?? (await Promise.reject(new Error("No agent")))),
    minSenderTrust: "signed",
  };
  const sender = requestSender(bus, () => bus.credentials());
  for (const options of [{ sender }, {}]) {
    expect((await readCall(bus, strict, { prompt: "x" }, options)).error?.code).toBe("signature_required");
  }
  expect(agent.counters().requests).toBe(0);
  await bus.close();
  await host.stop();
  await server.stop();
});

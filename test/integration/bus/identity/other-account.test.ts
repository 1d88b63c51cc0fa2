// Callers of another account, by an export that puts their account into the subject (§13.7.1), as docs/identity.md has it.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConfiguredBus } from "../../../../src/bus/connection/connection.ts";
import { openBus } from "../../../../src/bus/connection/open-bus.ts";
import { requestSender } from "../../../../src/bus/identity/request-sender.ts";
import type { PromptHandler, ServedAgent } from "../../../../src/bus/serving/service-port.ts";
import { startBusHost, type BusHost } from "../../../support/bus-host.ts";
import { readCall, targetAt, type ReadCall } from "../../../support/caller.ts";
import { startNatsServer, type RunningNatsServer } from "../../../support/nats-server.ts";
import { silentLog } from "../../../support/silent-log.ts";
import { testUser } from "../../../support/test-user.ts";

const users = { host: testUser(), neighbour: testUser(), office: testUser(), plant: testUser() };
type UserName = keyof typeof users;

const subject = "agents.prompt.muster.press-07.line-inspector";
const exported = "agents.prompt.*.muster.press-07.line-inspector";

let folder: string;
let server: RunningNatsServer;
let host: BusHost;
let agent: ServedAgent;
const buses: ConfiguredBus[] = [];

const tellSender: PromptHandler = async function* ({ sender }) {
  yield await Promise.resolve({ type: "text", text: JSON.stringify(sender) } as const);
  yield { type: "end" };
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "muster-accounts-"));
  for (const [name, { seed }] of Object.entries(users)) await writeFile(join(folder, `${name}.nk`), seed);
  const importing = (account: string, user: UserName): string => `
  ${account} {
    users: [ { nkey: ${users[user].nkey} } ]
    imports: [ { service: { account: AGENTS, subject: "${exported.replace("*", account)}" }, to: "${subject}" } ]
  }`;
  server = await startNatsServer({
    config: `accounts {
  AGENTS {
    users: [ { nkey: ${users.host.nkey} }, { nkey: ${users.neighbour.nkey} } ]
    exports: [ { service: "${exported}", account_token_position: 3, response_type: stream } ]
  }${importing("OFFICE", "office")}${importing("PLANT", "plant")}
}`,
  });
  host = await startBusHost(server.url, { settings: settingsOf("host") });
  const address = { agent: "muster", owner: "press-07", name: "line-inspector" };
  const callers = { trust: "signed", allow: [], deny: [] } as const;
  agent = await host.serve({ address, callers, accountTokenPosition: 3 }, tellSender);
});

afterAll(async () => {
  await Promise.all(buses.map((bus) => bus.close()));
  await host.stop();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

function settingsOf(user: UserName) {
  return { nkeyFile: join(folder, `${user}.nk`) };
}

async function callAs(user: UserName): Promise<ReadCall> {
  const bus = openBus({ settings: { servers: [server.url], ...settingsOf(user) }, clientName: user, log: silentLog() });
  buses.push(bus);
  await bus.connected();
  const sender = requestSender(bus, () => bus.credentials());
  return readCall(bus, targetAt(subject), { prompt: "Who am I?" }, { sender });
}

describe("§13.7.1 (b) across accounts", () => {
  for (const [user, account] of [
    ["office", "OFFICE"],
    ["plant", "PLANT"],
  ] as const) {
    test(`a caller of ${account} is served, its account being the server's word`, async () => {
      const { text, error } = await callAs(user);
      expect(error).toBeUndefined();
      expect(JSON.parse(text)).toEqual({ trust: "verified", sender: { account, user: users[user].nkey } });
    });
  }

  test("a caller of the agent's own account is refused: no server put its account there", async () => {
    const { error } = await callAs("neighbour");
    expect(error?.received).toMatchObject({ code: 401, error: "sender_refused", fields: { reason: "account" } });
    expect(agent.counters().errors).toBe(1);
  });
});

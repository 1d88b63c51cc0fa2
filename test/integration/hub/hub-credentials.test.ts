// Every way to tell the hub who we are, with a hub that wants exactly that.

import { afterEach, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packParts } from "../../../build/carry/carried-parts.ts";
import { hostTarget } from "../../../build/target/target.ts";
import { hasLeaf } from "../../../src/bus/bundled/ask-for-link.ts";
import { startBundledServer } from "../../../src/bus/bundled/bundled-server.ts";
import { openBus } from "../../../src/bus/connection/open-bus.ts";
import type { HubConfig } from "../../../src/manifest/manifest.ts";
import { Secret } from "../../../src/manifest/secret.ts";
import { freePort } from "../../support/free-port.ts";
import { createTestOperator } from "../../support/nats-jwt.ts";
import { startNatsServer } from "../../support/nats-server.ts";
import { silentLog } from "../../support/silent-log.ts";
import { until } from "../../support/until.ts";
import { edgeKey } from "./documented-hub.ts";

setDefaultTimeout(60_000);

let folder = "";
const ends: (() => Promise<void>)[] = [];
beforeAll(async () => {
  await packParts(hostTarget(), { natsServer: "auto", say: () => undefined });
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-hub-credentials-"));
});
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
  rmSync(folder, { recursive: true, force: true });
});

/** `keys`: the hub's own configuration. Resolves to what becomes of the link: its state, or why there is none. */
async function link(keys: string, credentials: Omit<HubConfig, "url">): Promise<string> {
  const leafPort = await freePort();
  const hub = await startNatsServer({ config: `${keys}\nleafnodes { host: 127.0.0.1, port: ${leafPort} }` });
  ends.push(() => hub.stop());
  const config = {
    ...({ host: "127.0.0.1", port: 0, auth: "none" } as const),
    hub: { url: `nats://127.0.0.1:${leafPort}`, ...credentials },
  };
  const stateDirectory = mkdtempSync(join(folder, "state-"));
  const server = await startBundledServer({ config, stateDirectory, owner: "press-07", log: silentLog() });
  ends.push(() => server.stop());
  const bus = openBus({ settings: { servers: [server.url] }, clientName: "test", log: silentLog() });
  ends.push(() => bus.close());
  server.hub?.askWith(() => hasLeaf(bus));
  return until("the link or its refusal", () => {
    const { state, reason } = server.hub?.status() ?? {};
    return state === "connected" ? state : reason;
  });
}

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

test("user and password link, whatever signs are in them", async () => {
  const password = 'p@ss/w:"ord';
  const outcome = await link(`authorization { user: "edge 1", password: ${JSON.stringify(password)} }`, {
    user: "edge 1",
    password: new Secret(password),
  });
  expect(outcome).toBe("connected");
});

test("a token links", async () => {
  const outcome = await link('authorization { token: "t0k:en" }', { token: new Secret("t0k:en") });
  expect(outcome).toBe("connected");
});

test("an NKEY links", async () => {
  const { seed, publicKey } = edgeKey();
  const outcome = await link(`authorization { users: [ { nkey: ${publicKey} } ] }`, {
    nkeyFile: write("hub.nk", seed),
  });
  expect(outcome).toBe("connected");
});

test("a credentials file links", async () => {
  const operator = createTestOperator();
  const outcome = await link(operator.config, { credentialsFile: write("hub.creds", operator.credentials()) });
  expect(outcome).toBe("connected");
});

test("a wrong token does not link, and nor does none", async () => {
  const wrong = await link('authorization { token: "right" }', { token: new Secret("wrong") });
  expect(wrong).toContain("refused the credentials");
  expect(await link('authorization { token: "right" }', {})).toContain("refused the credentials");
});

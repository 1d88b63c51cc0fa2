import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nkeys } from "@nats-io/transport-node";
import { hubAddress, hubRemote } from "../../../../src/bus/bundled/hub-remote.ts";
import type { HubConfig } from "../../../../src/manifest/manifest.ts";
import { Secret } from "../../../../src/manifest/secret.ts";

const folder = mkdtempSync(join(tmpdir(), "muster-hub-remote-"));
afterAll(() => rmSync(folder, { recursive: true }));

const newSeed = (): string => new TextDecoder().decode(nkeys.createUser().getSeed());
const seed = newSeed();

async function usable(hub: HubConfig): Promise<{ readonly text: string; readonly digest: string }> {
  const remote = await hubRemote(hub);
  if (remote.type === "unusable") throw new Error(remote.reason);
  return { text: remote.lines.join("\n"), digest: remote.digest };
}

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe("hubRemote", () => {
  test("dials the host of the manifest only", async () => {
    expect((await usable({ url: "nats://hub:7422" })).text).toContain("ignore_discovered_servers: true");
  });

  test("has no link without TLS for a tls:// URL", async () => {
    expect((await usable({ url: "tls://hub" })).text).toContain('url: "tls://hub"');
    expect((await usable({ url: "tls://hub" })).text).toContain("tls {");
    expect((await usable({ url: "nats://hub" })).text).not.toContain("tls {");
  });

  test("puts user and password, or a token, where nats-server takes them", async () => {
    const withUser = await usable({ url: "nats://hub", user: "a b", password: new Secret('p@"/') });
    expect(withUser.text).toContain('url: "nats-leaf://a%20b:p%40%22%2F@hub"');
    expect((await usable({ url: "nats://hub", token: new Secret("t") })).text).toContain('url: "nats-leaf://t@hub"');
  });

  test("has the seed out of an NKEY file, and changes with it", async () => {
    const nkeyFile = write("hub.nk", `${seed}\n`);
    const before = await usable({ url: "nats://hub", nkeyFile });
    expect(before.text).toContain(`nkey: "${seed}"`);
    write("hub.nk", newSeed());
    expect((await usable({ url: "nats://hub", nkeyFile })).digest).not.toBe(before.digest);
  });

  test("changes with a TLS file's content, not with a credentials file's, which nats-server reads for each link", async () => {
    const hub = { url: "tls://hub", credentialsFile: write("creds", "a"), tls: { caFile: write("ca.pem", "a") } };
    const before = (await usable(hub)).digest;
    write("creds", "b");
    expect((await usable(hub)).digest).toBe(before);
    write("ca.pem", "b");
    expect((await usable(hub)).digest).not.toBe(before);
  });

  test("is unusable with files that are missing or no keys, and says which", async () => {
    const missing = join(folder, "nowhere");
    expect(await hubRemote({ url: "nats://hub", nkeyFile: missing })).toEqual({
      type: "unusable",
      reason: `Cannot read the NKEY file "${missing}" of the hub: ENOENT`,
    });
    for (const text of ["", `SU${"A".repeat(56)}`]) {
      const noKey = write("no-key.nk", text);
      expect(await hubRemote({ url: "nats://hub", nkeyFile: noKey })).toEqual({
        type: "unusable",
        reason: `NKEY file "${noKey}" of the hub holds no user seed ("SU…")`,
      });
    }
  });
});

test("hubAddress shows host and port", () => {
  expect(hubAddress({ url: "tls://hub.example:7422/" })).toBe("hub.example:7422");
});

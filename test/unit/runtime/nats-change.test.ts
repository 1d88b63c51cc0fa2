import { expect, test } from "bun:test";
import type { HubConfig, NatsConfig } from "../../../src/manifest/manifest.ts";
import { Secret } from "../../../src/manifest/secret.ts";
import { natsChange } from "../../../src/runtime/nats-change.ts";

function nats(given: Partial<NatsConfig> = {}): NatsConfig {
  return {
    mode: "external",
    embedded: { host: "127.0.0.1", port: 4222, auth: "none" },
    servers: ["nats://a"],
    ...given,
  };
}

test("an equal section means nothing", () => {
  const same = () => nats({ password: new Secret("x"), user: "u" });
  expect(natsChange(same(), same(), ["/other"])).toEqual({ isOther: false, notes: [] });
});

test("other servers, another password, or another content of a credentials file mean another connection", () => {
  expect(natsChange(nats(), nats({ servers: ["nats://b"] }), []).isOther).toBe(true);
  const [before, after] = [nats({ password: new Secret("x") }), nats({ password: new Secret("y") })];
  expect(natsChange(before, after, []).isOther).toBe(true);
  const files = nats({ credentialsFile: "/c", tls: { keyFile: "/k" } });
  expect(natsChange(files, files, ["/c"]).isOther).toBe(true);
  expect(natsChange(files, files, ["/k"]).isOther).toBe(true);
});

test("other programs mean neither another connection nor a restart", () => {
  const withPrograms = (...names: string[]) =>
    nats({
      mode: "embedded",
      servers: [],
      embedded: {
        host: "127.0.0.1",
        port: 0,
        auth: "nkey",
        programs: names.map((name) => ({ name, publish: ["line.>"], subscribe: [] })),
      },
    });
  expect(natsChange(withPrograms("plc"), withPrograms("plc", "hmi"), [])).toEqual({ isOther: false, notes: [] });
  expect(natsChange(withPrograms("plc"), { ...withPrograms(), mode: "auto" }, []).notes).toHaveLength(1);
});

test("what the bundled server is made of waits for a restart", () => {
  const bundled = nats({ mode: "embedded", servers: [] });
  const { isOther, notes } = natsChange(
    bundled,
    { ...bundled, embedded: { host: "127.0.0.1", port: 4333, auth: "none" } },
    [],
  );
  expect(isOther).toBe(false);
  expect(notes.join()).toContain("restart");
  expect(natsChange(bundled, nats(), []).notes).toHaveLength(1);
});

test("another hub or other secrets of it mean another link; to have one at all waits for a restart", () => {
  const withHub = (hub?: HubConfig) =>
    nats({
      mode: "embedded",
      servers: [],
      embedded: { host: "127.0.0.1", port: 0, auth: "nkey", ...(hub === undefined ? {} : { hub }) },
    });
  const before = withHub({ url: "tls://a", nkeyFile: "/hub.nk" });
  expect(natsChange(before, before, [])).toEqual({ isOther: false, notes: [] });
  expect(natsChange(before, before, ["/hub.nk"])).toEqual({ isOther: true, notes: [] });
  expect(natsChange(before, withHub({ url: "tls://b", nkeyFile: "/hub.nk" }), [])).toEqual({
    isOther: true,
    notes: [],
  });
  expect(natsChange(before, withHub(), [])).toMatchObject({
    isOther: false,
    notes: [expect.stringContaining("restart")],
  });
});

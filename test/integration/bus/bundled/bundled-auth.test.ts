// A bundled server with `auth: nkey`: who may do what, tried by doing it.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, nkeyAuthenticator, type NatsConnection } from "@nats-io/transport-node";
import { packParts } from "../../../../build/carry/carried-parts.ts";
import { hostTarget } from "../../../../build/target/target.ts";
import { type BundledServer, startBundledServer } from "../../../../src/bus/bundled/bundled-server.ts";
import { runningBus } from "../../../../src/bus/bundled/bus-file.ts";
import { readNatsContext } from "../../../../src/bus/connection/nats-context.ts";
import { rejection } from "../../../support/rejection.ts";
import { silentLog } from "../../../support/silent-log.ts";

let folder = "";
let state = "";
let server: BundledServer;

beforeAll(async () => {
  await packParts(hostTarget(), { natsServer: "auto", say: () => undefined });
  folder = mkdtempSync(join(tmpdir(), "muster-auth-"));
  state = join(folder, "state");
  server = await start();
});

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

function start(): Promise<BundledServer> {
  const config = { host: "127.0.0.1", port: 0, auth: "nkey" } as const;
  return startBundledServer({ config, stateDirectory: state, configFolder: folder, owner: "tests", log: silentLog() });
}

const keyFile = (name: string): string => join(state, "nats", `${name}.nk`);

async function connectAs(name: "runtime" | "caller"): Promise<NatsConnection> {
  const seed = new TextEncoder().encode(readFileSync(keyFile(name), "utf8").trim());
  return connect({ servers: server.url, authenticator: nkeyAuthenticator(seed), reconnect: false });
}

/** Resolves to the subjects that the server refused while `act` ran. */
async function refusals(nats: NatsConnection, act: () => void): Promise<readonly string[]> {
  const refused: string[] = [];
  const events = nats.status();
  const reading = (async () => {
    for await (const event of events) {
      if (event.type === "error") refused.push(event.error.message);
    }
  })();
  act();
  await nats.flush();
  await nats.close();
  await reading;
  return refused.map((message) => /to "([^"]*)"/.exec(message)?.[1] ?? message);
}

describe("the keys", () => {
  test("are readable by their user only, and stay the same over starts", async () => {
    const files = [keyFile("runtime"), keyFile("caller"), join(state, "nats", "nats-server.conf")];
    for (const file of files) expect(statSync(file).mode & 0o777).toBe(0o600);
    const before = files.slice(0, 2).map((file) => readFileSync(file, "utf8"));
    await server.stop();
    server = await start();
    expect(files.slice(0, 2).map((file) => readFileSync(file, "utf8"))).toEqual(before);
  });

  test("of which one is damaged are named, and no server starts", async () => {
    const kept = readFileSync(keyFile("caller"), "utf8");
    await server.stop();
    writeFileSync(keyFile("caller"), "SUA\n");
    expect(await rejection(start())).toBe(
      `Not a user's NKEY seed: "${keyFile("caller")}". Put it back from a backup, or remove it to have a new one made`,
    );
    writeFileSync(keyFile("caller"), kept);
    server = await start();
  });
});

describe("a client without a key", () => {
  test("is refused", async () => {
    expect(await rejection(connect({ servers: server.url, reconnect: false }))).toContain("Authorization Violation");
  });
});

describe("the callers' user", () => {
  test("may ask who is there, prompt, and listen to answers and heartbeats", async () => {
    const nats = await connectAs("caller");
    const refused = await refusals(nats, () => {
      const own = ["$SRV.PING", "agents.prompt.muster.a.b", "agents.status.muster.a.b", "$SYS.REQ.USER.INFO"];
      for (const subject of [...own, "_INBOX.muster.x"]) nats.publish(subject, "");
      for (const subject of ["_INBOX.x.*", "_INBOX.>", "agents.hb.>"]) nats.subscribe(subject);
    });
    expect(refused).toEqual([]);
  });

  test.each([
    "agents.hb.muster.a.b",
    "plant.line",
    "$JS.API.STREAM.LIST",
    "$KV.memory.a",
    "$SYS.REQ.ACCOUNT.PING.STATZ",
  ])("may not publish to %s", async (subject) => {
    const nats = await connectAs("caller");
    expect(await refusals(nats, () => nats.publish(subject, ""))).toEqual([subject]);
  });

  test.each(["agents.prompt.>", "agents.>", ">", "$SRV.>", "$JS.>", "_INBOX.muster.>", "_INBOX.muster.x"])(
    "may not subscribe to %s",
    async (subject) => {
      const nats = await connectAs("caller");
      expect(await refusals(nats, () => nats.subscribe(subject))).toEqual([subject]);
    },
  );

  test("does not hear what the runtime is told, not even by the widest inbox", async () => {
    const [nats, runtime] = [await connectAs("caller"), await connectAs("runtime")];
    const heard: string[] = [];
    nats.subscribe("_INBOX.>", { callback: (_, message) => void heard.push(message.subject) });
    await nats.flush();
    runtime.publish("_INBOX.muster.secret", "x");
    runtime.publish("_INBOX.open", "x");
    await runtime.flush();
    await nats.flush();
    expect(heard).toEqual(["_INBOX.open"]);
    await Promise.all([nats.close(), runtime.close()]);
  });
});

describe("the runtime's user", () => {
  test("may do what agents, memory and jobs need", async () => {
    const nats = await connectAs("runtime");
    const refused = await refusals(nats, () => {
      for (const subject of [
        "agents.hb.muster.a.b",
        "muster.results.muster.a.b.1",
        "_INBOX.x",
        "$JS.API.INFO",
        "$JS.hub.API.INFO",
        "$SRV.PING",
      ]) {
        nats.publish(subject, "");
      }
      for (const subject of ["agents.prompt.muster.a.b", "muster.jobs.>", "$SRV.PING", "_INBOX.muster.>"])
        nats.subscribe(subject);
    });
    expect(refused).toEqual([]);
  });

  test("may not touch other subjects of the bus, nor the server's own", async () => {
    const nats = await connectAs("runtime");
    expect(await refusals(nats, () => nats.publish("plant.line", ""))).toEqual(["plant.line"]);
    const again = await connectAs("runtime");
    expect(await refusals(again, () => again.subscribe("$SYS.>"))).toEqual(["$SYS.>"]);
  });
});

describe("the context", () => {
  test("leads callers to the server, among the user's own and in the state directory", async () => {
    for (const configFolder of [folder, join(state, "nats-config")]) {
      const context = await readNatsContext("muster", configFolder);
      expect(context).toEqual({ servers: [server.url], nkeyFile: keyFile("caller") });
      expect(statSync(join(configFolder, "nats", "context", "muster.json")).mode & 0o777).toBe(0o600);
    }
    expect(runningBus(state)?.nkeyFile).toBe(keyFile("caller"));
  });

  test("that is somebody else's stays as it is", async () => {
    const file = join(folder, "nats", "context", "muster.json");
    const kept = readFileSync(file, "utf8");
    writeFileSync(file, '{"url":"nats://other:4222"}');
    await server.stop();
    server = await start();
    expect(readFileSync(file, "utf8")).toBe('{"url":"nats://other:4222"}');
    writeFileSync(file, kept);
  });
});

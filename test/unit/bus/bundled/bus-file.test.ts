import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readBusFile, clearBusFile, runningBus, writeBusFile } from "../../../../src/bus/bundled/bus-file.ts";
import { processIdentity } from "../../../../src/host/process-identity.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-bus-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const url = "nats://127.0.0.1:4222";

describe("bus.json", () => {
  test("is private, and gone when removed", () => {
    writeBusFile(folder, { url, server: { pid: 1, startedAt: "x" } });
    expect(statSync(join(folder, "bus.json")).mode & 0o777).toBe(0o600);
    expect(readBusFile(folder)).toEqual({ url, server: { pid: 1, startedAt: "x" } });
    clearBusFile(folder);
    clearBusFile(folder);
    expect(readBusFile(folder)).toBeUndefined();
  });

  test.each(["", "{", "[]", '{"url":1}', '{"url":"nats://x","server":{"pid":"1","startedAt":""}}'])(
    "is taken for missing when it says %j",
    (text) => {
      writeFileSync(join(folder, "bus.json"), text);
      expect(readBusFile(folder)).toBeUndefined();
    },
  );

  test("names a URL only while its server runs", () => {
    const server = processIdentity(process.pid);
    if (server === undefined) throw new Error("We do not run");
    writeBusFile(folder, { url, server });
    expect(runningBus(folder)?.url).toBe(url);
    writeBusFile(folder, { url, server: { ...server, startedAt: "earlier" } });
    expect(runningBus(folder)).toBeUndefined();
  });
});

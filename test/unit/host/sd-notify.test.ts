import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { managerOf, serviceManager, socketAddress, watchdogMs } from "../../../src/host/sd-notify.ts";
import { mayRun } from "../../support/may-run.ts";
import { listenForNotices } from "../../support/notify-socket.ts";
import { recordedLog } from "../../support/recorded-log.ts";
import { silentLog } from "../../support/silent-log.ts";

function recorded() {
  const sent: string[] = [];
  const socket = { send: (text: string) => sent.push(text) > 0, monotonicUs: () => 42n, close: () => undefined };
  return { sent, manager: managerOf(socket, undefined) };
}

test("each message is what sd_notify(3) says", () => {
  const { sent, manager } = recorded();
  manager.ready("up");
  manager.status("busy");
  manager.reloading("again");
  manager.stopping("down");
  manager.watchdog();
  expect(sent).toEqual([
    "READY=1\nSTATUS=up",
    "STATUS=busy",
    "RELOADING=1\nMONOTONIC_USEC=42\nSTATUS=again",
    "STOPPING=1\nSTATUS=down",
    "WATCHDOG=1",
  ]);
});

test("a status is one line of at most 500 characters, so that no text of it is taken for another message", () => {
  const { sent, manager } = recorded();
  manager.status("agent\nREADY=1\u0000x");
  manager.status("x".repeat(600));
  expect(sent[0]).toBe("STATUS=agent READY=1 x");
  expect(sent[1]).toBe(`STATUS=${"x".repeat(499)}…`);
});

test("nothing is said after the end", () => {
  const { sent, manager } = recorded();
  manager.close();
  manager.close();
  manager.watchdog();
  expect(sent).toEqual([]);
});

test("the watchdog's time counts only when it is meant for this process", () => {
  expect(watchdogMs({ WATCHDOG_USEC: "60000000" }, 7)).toBe(60_000);
  expect(watchdogMs({ WATCHDOG_USEC: "60000000", WATCHDOG_PID: "7" }, 7)).toBe(60_000);
  expect(watchdogMs({ WATCHDOG_USEC: "60000000", WATCHDOG_PID: "8" }, 7)).toBeUndefined();
  expect(watchdogMs({ WATCHDOG_USEC: "0" }, 7)).toBeUndefined();
  expect(watchdogMs({ WATCHDOG_USEC: "soon" }, 7)).toBeUndefined();
  expect(watchdogMs({}, 7)).toBeUndefined();
});

test("an address of the abstract namespace begins with a zero byte and ends with none", () => {
  expect([...socketAddress("@ab")]).toEqual([1, 0, 0, 97, 98]);
  expect([...socketAddress("/a")]).toEqual([1, 0, 47, 97, 0]);
  expect(() => socketAddress(`/${"a".repeat(107)}`)).toThrow(RangeError);
});

test("without a socket there is nobody to tell, and nothing to say about it", () => {
  const log = recordedLog();
  const manager = serviceManager({ WATCHDOG_USEC: "60000000" }, log);
  manager.ready("up");
  manager.close();
  expect([manager.isListening, manager.watchdogMs]).toEqual([false, undefined]);
  expect(serviceManager({ NOTIFY_SOCKET: "relative" }, log).isListening).toBe(false);
  expect(log.lines).toEqual([]);
});

describe.if(mayRun("sd_notify sockets", process.platform === "linux" ? undefined : "they need Linux"))(
  "over a socket",
  () => {
    let folder: string;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "muster-notify-"));
    });

    afterAll(async () => {
      await rm(folder, { recursive: true });
    });

    test.each(["path", "abstract"])("messages arrive, by %s", (kind) => {
      const path = kind === "path" ? join(folder, "notify") : `@muster-test-${process.pid}`;
      using listener = listenForNotices(path);
      const manager = serviceManager({ NOTIFY_SOCKET: path, WATCHDOG_USEC: "2000000" }, silentLog());
      manager.ready("up");
      manager.watchdog();
      manager.close();
      expect(listener.read()).toEqual(["READY=1\nSTATUS=up", "WATCHDOG=1"]);
      expect(manager.watchdogMs).toBe(2000);
    });

    test("a reload carries the machine's clock, which systemd compares with its own", async () => {
      const path = join(folder, "reload");
      using listener = listenForNotices(path);
      const manager = serviceManager({ NOTIFY_SOCKET: path }, silentLog());
      manager.reloading("again");
      manager.close();
      const [uptimeS = ""] = (await readFile("/proc/uptime", "utf8")).split(" ");
      const us = Number(/MONOTONIC_USEC=(\d+)/.exec(listener.read()[0] ?? "")?.[1]);
      // The uptime counts sleep, too: it is never behind.
      expect(us / 1e6).toBeLessThanOrEqual(Number(uptimeS) + 1);
      expect(us).toBeGreaterThan(0);
    });

    test("a socket on which nobody listens is said once in the log, and stops nothing", () => {
      const log = recordedLog();
      const manager = serviceManager({ NOTIFY_SOCKET: join(folder, "nobody") }, log);
      manager.ready("up");
      manager.watchdog();
      manager.close();
      expect(log.lines.filter(({ level }) => level === "warn")).toHaveLength(1);
    });
  },
);

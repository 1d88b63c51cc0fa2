import { describe, expect, test } from "bun:test";
import { outcomeText, parseOutcome } from "../../../../src/host/upgrade/outcome.ts";
import { serviceAccount, variablesIn } from "../../../../src/host/upgrade/service-state.ts";
import { tellUpgrade } from "../../../../src/runtime/tell-upgrade.ts";
import { recordedLog } from "../../../support/recorded-log.ts";

const back = parseOutcome("result=back\nfrom=1.0.0\nto=2.0.0\ntime=2026-01-02T03:04:05Z\nreason=it did = not start\n");

describe("the outcome of a switch", () => {
  test("is read as the script writes it", () => {
    expect(back).toEqual({
      result: "back",
      from: "1.0.0",
      to: "2.0.0",
      time: "2026-01-02T03:04:05Z",
      reason: "it did = not start",
    });
    expect(parseOutcome("result=switched\nfrom=1.0.0\nto=2.0.0\n")).toMatchObject({ result: "switched", reason: "" });
  });

  test.each([[""], ["result=other\nfrom=1\nto=2\n"], ["noise"]])("%p is none", (text) => {
    expect(parseOutcome(text)).toBeUndefined();
  });

  test("is one line for people", () => {
    expect(back === undefined ? "" : outcomeText(back)).toBe(
      "back to 1.0.0 at 2026-01-02T03:04:05Z, 2.0.0 was given up: it did = not start",
    );
  });

  test("that went back is a warning at the start, one that did not is none", () => {
    const log = recordedLog();
    expect(tellUpgrade(log, () => back)).toBe(back);
    tellUpgrade(log, () => parseOutcome("result=switched\nfrom=1.0.0\nto=2.0.0\n"));
    tellUpgrade(log, () => undefined);
    expect(log.messages()).toEqual(["The last upgrade was taken back"]);
    expect(log.lines[0]).toMatchObject({ level: "warn", reason: "it did = not start" });
  });
});

describe("the service's process", () => {
  test("lends its variables, but those that are its own", () => {
    const environ =
      "OPENAI_KEY=a=b\0NOTIFY_SOCKET=/run/x\0WATCHDOG_PID=1\0BUN_OPTIONS=--preload\0HOME=/var/lib/muster\0=x\0";
    expect(variablesIn(environ)).toEqual({ OPENAI_KEY: "a=b", HOME: "/var/lib/muster" });
  });

  test("has the user of its name, where there is one", () => {
    expect(serviceAccount("root:x:0:0::/root:/bin/sh\nmuster:x:997:996::/var/lib/muster:/bin/false\n")).toEqual({
      uid: 997,
      gid: 996,
    });
    expect(serviceAccount("root:x:0:0::/root:/bin/sh\n")).toBeUndefined();
  });
});

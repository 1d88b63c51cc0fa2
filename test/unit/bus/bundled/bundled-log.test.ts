import { describe, expect, test } from "bun:test";
import { bundledEvent, parseBundledLog } from "../../../../src/bus/bundled/bundled-log.ts";

describe("parseBundledLog", () => {
  test("reads level and text", () => {
    expect(parseBundledLog("[12] [INF] Server is ready")).toEqual({ level: "debug", text: "Server is ready" });
    expect(parseBundledLog("[12] 2026/11/22 13:04:05.123456 [ERR] Slow consumer")).toEqual({
      level: "warn",
      text: "Slow consumer",
    });
    expect(parseBundledLog("[12] [FTL] Can't start")).toEqual({ level: "error", text: "Can't start" });
  });

  test("takes any other line as it is", () => {
    expect(parseBundledLog("panic: x")).toEqual({ level: "debug", text: "panic: x" });
  });
});

describe("bundledEvent", () => {
  test("knows the steps of a start", () => {
    expect(bundledEvent("Listening for client connections on 127.0.0.1:4222")).toEqual({
      type: "listening",
      port: 4222,
    });
    expect(bundledEvent("Server is ready")).toEqual({ type: "ready" });
    const taken = 'Error listening on port: 127.0.0.1:4222, "listen tcp 127.0.0.1:4222: bind: address already in use"';
    expect(bundledEvent(taken)).toEqual({ type: "port-taken" });
    expect(bundledEvent("Starting nats-server")).toBeUndefined();
  });
});

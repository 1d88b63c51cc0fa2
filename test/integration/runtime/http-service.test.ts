import { afterEach, expect, test } from "bun:test";
import { HttpService } from "../../../src/runtime/http-service.ts";
import { recordedLog } from "../../support/recorded-log.ts";
import { until } from "../../support/until.ts";

const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

function service(reasons: readonly string[] = []) {
  const log = recordedLog();
  const http = new HttpService({ notReady: () => Promise.resolve(reasons), metrics: () => [], log, retryMs: 20 });
  cleanups.push(() => http.close());
  return { http, log };
}

test("a runtime that is not ready says why, with 503", async () => {
  const { http } = service(["the bus is reconnecting"]);
  http.use({ host: "127.0.0.1", port: 0 });
  const response = await fetch(`http://${http.status()?.listen ?? ""}/readyz`);
  expect(response.status).toBe(503);
  expect(await response.json()).toEqual({ ready: false, reasons: ["the bus is reconnecting"] });
});

test("a taken port is a problem that is logged once, shown, and over when the port is free", async () => {
  const other = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("other") });
  cleanups.push(() => other.stop(true));
  const port = other.port ?? 0;
  const { http, log } = service();
  http.use({ host: "127.0.0.1", port });
  const problem = `Cannot serve HTTP on "127.0.0.1:${port}": another process listens there; end that one, or set another http.listen`;
  expect(http.status()).toEqual({ listen: `127.0.0.1:${port}`, problem });
  expect(log.messages()).toEqual([`${problem}; the agents serve all the same, and it is tried again`]);
  await other.stop(true);
  await until("the port to be taken over", () => http.status()?.problem === undefined);
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
  expect(log.messages()).toHaveLength(2);
});

test("another address is taken over, and none ends it", async () => {
  const { http } = service();
  http.use({ host: "127.0.0.1", port: 0 });
  const before = http.status()?.listen ?? "";
  http.use({ host: "::1", port: 0 });
  const after = http.status()?.listen ?? "";
  expect(after).toStartWith("[::1]:");
  expect((await fetch(`http://${after}/healthz`)).status).toBe(200);
  expect(fetch(`http://${before}/healthz`)).rejects.toThrow();
  http.use(undefined);
  expect(http.status()).toBeUndefined();
  expect(fetch(`http://${after}/healthz`)).rejects.toThrow();
});

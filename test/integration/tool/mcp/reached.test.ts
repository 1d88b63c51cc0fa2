// MCP servers over HTTP that are reached by TLS with a CA file of their own, and through a proxy.

import { expect, test } from "bun:test";
import { mayRun } from "../../../support/may-run.ts";
import { hostileMcpHttp } from "../../../support/hostile-mcp-http.ts";
import { testedMcp } from "../../../support/mcp-source.ts";
import { missingForTlsFront, startTlsFront } from "../../../support/tls-front.ts";

const canRun = mayRun("MCP over TLS", missingForTlsFront());

test.if(canRun)("a server is trusted by its entry's ca_file, and by no other", async () => {
  await using server = hostileMcpHttp("forgets");
  await using front = await startTlsFront(new URL(server.url).origin);
  await using another = await startTlsFront(new URL(server.url).origin);
  const url = `${front.url}${new URL(server.url).pathname}`;
  await using trusted = testedMcp(`url: "${url}", ca_file: "${front.caFile}"`);
  await trusted.prepare();
  expect(trusted.source.health()).toEqual({ state: "ready" });
  expect(await trusted.call("srv_work")).toBe("done");
  const before = server.methods.length;
  for (const keys of [`url: "${url}"`, `url: "${url}", ca_file: "${another.caFile}"`]) {
    await using mcp = testedMcp(keys);
    await mcp.prepare();
    expect(mcp.source.health()).toMatchObject({ state: "degraded" });
    const health = mcp.source.health();
    expect(health.state === "degraded" ? health.reason : "").toContain("certificate");
  }
  expect(server.methods.length).toBe(before);
});

test("a server is reached through its entry's proxy, with its own headers, and the proxy's password is never told", async () => {
  await using server = hostileMcpHttp("forgets");
  const through: string[] = [];
  const proxy = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request) => {
      through.push(
        `${request.method} ${new URL(request.url).host} ${request.headers.get("proxy-authorization") ?? ""}`,
      );
      return fetch(new Request(server.url, request));
    },
  });
  try {
    const address = `http://ada:proxy-word@127.0.0.1:${proxy.port ?? 0}`;
    await using mcp = testedMcp(
      `url: "http://mcp.invalid/mcp", proxy: "${address}", headers: { Authorization: a-token }`,
    );
    await mcp.prepare();
    expect(await mcp.call("srv_work")).toBe("done");
    expect(through.length).toBeGreaterThanOrEqual(3);
    expect(through.every((one) => one.includes(" mcp.invalid Basic "))).toBe(true);
    expect(new Set(server.authorizations)).toEqual(new Set(["a-token"]));
  } finally {
    await proxy.stop(true);
  }
  await using mcp = testedMcp('url: "http://mcp.invalid/mcp", proxy: "http://ada:proxy-word@127.0.0.1:1"');
  await mcp.prepare();
  const told = JSON.stringify([mcp.source.health(), mcp.log.messages()]);
  expect(told).toContain("degraded");
  expect(told).not.toContain("proxy-word");
});

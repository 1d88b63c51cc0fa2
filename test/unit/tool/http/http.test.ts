// The http tool against servers of the test's own, on loopback, and names that a stand-in resolver knows.

import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { createServer, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { Secret } from "../../../../src/manifest/secret.ts";
import type { HttpToolConfig } from "../../../../src/manifest/tools/config.ts";
import { parseHttpRule, type HttpRule } from "../../../../src/manifest/tools/http-rule.ts";
import type { ToolAction } from "../../../../src/tool/contract.ts";
import { fixedSource } from "../../../../src/tool/fixed-source.ts";
import { httpTool } from "../../../../src/tool/http/http.ts";
import { calledTools } from "../../../support/called-tool.ts";

const key = "secret-key-0123456789";
const seen: { method: string; path: string; host: string; key: string | null; body: string }[] = [];
const routes: Record<string, (request: Request) => Response> = {
  "/json": () => Response.json({ state: "running" }),
  "/echo": (request) =>
    new Response(`key ${request.headers.get("x-key") ?? ""} ${btoa(key)} ${encodeURIComponent(key)}`),
  "/binary": () => new Response(Uint8Array.of(1, 0, 2)),
  "/latin": () =>
    new Response(Uint8Array.of(0x66, 0xfc, 0x72), { headers: { "content-type": "text/plain; charset=iso-8859-1" } }),
  "/escape": () => new Response("\u001b[2Jred\r\nend"),
  "/none": () => new Response(`no such thing ${key}`, { status: 404 }),
  "/large": () => new Response(`${"x".repeat(3990)}${key}${"y".repeat(50_000)}`),
  "/gzip": () => new Response(gzipSync(Buffer.alloc(20_000_000)), { headers: { "content-encoding": "gzip" } }),
  "/away": () => Response.redirect(`http://127.0.0.1:${other.port}/api/x?k=${key}`),
  "/inside": () => Response.redirect("/api/json", 303),
  "/loop": () => Response.redirect("/api/loop", 307),
  "/up": () => Response.redirect("/admin"),
  "/file": () => new Response(null, { status: 302, headers: { location: "file:///etc/passwd" } }),
  "/hang": () => new Response(new ReadableStream({ pull: () => new Promise(() => undefined) })),
  "/endless": () =>
    new Response(new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array(65_536).fill(120)) })),
};
const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: answer });
const other = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: answer });
const origin = `http://127.0.0.1:${server.port}`;
afterAll(async () => {
  await server.stop(true);
  await other.stop(true);
});
beforeEach(() => {
  seen.length = 0;
});

async function answer(request: Request): Promise<Response> {
  const { pathname: path, host } = new URL(request.url);
  seen.push({ method: request.method, path, host, key: request.headers.get("x-key"), body: await request.text() });
  return routes[path.replace(/^\/api/, "")]?.(request) ?? new Response(`at ${path}`);
}

function rules(...texts: readonly string[]): HttpRule[] {
  return texts.flatMap((text) => {
    const rule = parseHttpRule(text);
    return "failure" in rule ? [] : [rule];
  });
}

const base = {
  type: "http",
  name: "h",
  ask: [],
  private: [],
  headers: {},
  timeoutMs: 10_000,
  maxResponseBytes: 4096,
} as const;
const allowed = rules(`GET ${origin}/api/`, `POST ${origin}/api/`);
const tool = (changes: Partial<HttpToolConfig> = {}, resolve?: (host: string) => Promise<readonly string[]>) =>
  calledTools(fixedSource("h", [httpTool({ ...base, allow: allowed, maxOutputBytes: 2048, ...changes }, resolve)]));
const get = (path: string, changes?: Partial<HttpToolConfig>) => tool(changes).text("h", { url: `${origin}${path}` });
const failed = (path: string, changes?: Partial<HttpToolConfig>) =>
  tool(changes).failure("h", { url: `${origin}${path}` });

describe("an answer", () => {
  test("is its status, its kind and its text", async () => {
    expect(await get("/api/json")).toBe('200 OK, application/json;charset=utf-8\n{"state":"running"}');
    expect(await get("/api/latin")).toEndWith("\nfür");
    expect(await get("/api/escape")).toEndWith("\n[2Jred\nend");
    expect(await get("/api/binary")).toEndWith("\n[Binary answer of 3 bytes]");
  });

  test("of 400 and over is an error", async () => {
    expect(await failed("/api/none")).toMatchObject({ kind: "failed" });
  });

  test("may follow a body, which is JSON when it looks like it", async () => {
    await tool().text("h", { url: `${origin}/api/x`, method: "POST", body: '{"a":1}' });
    expect(seen).toMatchObject([{ method: "POST", path: "/api/x", body: '{"a":1}' }]);
    const reading = tool({ allow: rules(`GET ${origin}/`) });
    expect(await reading.failure("h", { url: `${origin}/`, body: "x" })).toMatchObject({ kind: "invalid" });
  });

  test("may follow no body that says nothing, where it only reads", async () => {
    for (const body of ["", "{}", " null "]) await tool().text("h", { url: `${origin}/api/x`, body });
    expect(seen.map(({ body }) => body)).toEqual(["", "", ""]);
  });
});

describe("nothing is sent that no list has:", () => {
  test.each([
    "/admin",
    "/api/../admin",
    "/api/%2e%2e/admin",
    "/api/..%2fadmin",
    "/api/%252e%252e/admin",
    "/api/..;/admin",
    "/apix",
    "/api/%0d%0aX-Evil:1",
  ])("%s", async (path) => {
    expect(await failed(path)).toMatchObject({ kind: "denied" });
    expect(seen).toEqual([]);
  });

  test("to another origin, by another method, or to what is no URL", async () => {
    for (const url of [
      `http://127.0.0.1:${other.port}/api/x`,
      `http://2130706433:${other.port}/api/x`,
      `http://[::ffff:127.0.0.1]:${server.port}/api/x`,
      `http://localhost:${server.port}/api/x`,
      `http://u:p@127.0.0.1:${server.port}/api/x`,
      `http://127.0.0.1:${server.port}@evil.example/api/`,
      "file:///etc/passwd",
      "data:text/plain,x",
    ])
      expect(await tool().failure("h", { url })).toMatchObject({ kind: "denied" });
    expect(await tool().failure("h", { url: "/api/x" })).toMatchObject({ kind: "invalid" });
    expect(await tool().failure("h", { url: `${origin}/api/x`, method: "DELETE" })).toMatchObject({ kind: "invalid" });
    expect(seen).toEqual([]);
  });

  test("while another way to write the same is the same", async () => {
    expect(await tool().text("h", { url: `http://2130706433:${server.port}/api/a\tb` })).toContain("at /api/ab");
    expect(await tool().text("h", { url: `HTTP://0x7f.1:${server.port}/x/../api/json#f` })).toContain("running");
  });

  test("nor header lines in a URL or a body", async () => {
    await tool().text("h", {
      url: `${origin}/api/x\r\nX-Key: evil`,
      method: "POST",
      body: "a\r\n\r\nGET /admin HTTP/1.1\r\n\r\n",
    });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ path: "/api/xX-Key:%20evil", key: null });
  });
});

describe("a redirect", () => {
  test("inside of the list is followed", async () => {
    expect(await get("/api/inside")).toContain("running");
    expect(seen.map(({ path }) => path)).toEqual(["/api/inside", "/api/json"]);
    await tool().text("h", { url: `${origin}/api/inside`, method: "POST", body: "x" });
    expect(seen.slice(2)).toMatchObject([{ method: "POST" }, { method: "GET", path: "/api/json", body: "" }]);
  });

  test.each(["/api/up", "/api/file"])("out of it is not: %s", async (path) => {
    expect(await failed(path)).toMatchObject({ kind: "denied" });
    expect(seen.map((one) => one.path)).toEqual([path]);
  });

  test("to another origin of the list goes without our headers, and shows no secret when refused", async () => {
    const headers = { "X-Key": new Secret(key) };
    const { text } = await failed("/api/away", { headers });
    expect(text).toContain("The server redirects to a URL that is not allowed");
    expect(text).not.toContain(key);
    const both = [...allowed, ...rules(`GET http://127.0.0.1:${other.port}/api/`)];
    await get("/api/away", { headers, allow: both });
    expect(seen.slice(1).map((one) => one.key)).toEqual([key, null]);
  });

  test("is not followed for ever", async () => {
    expect(await failed("/api/loop")).toMatchObject({ kind: "failed", text: "The server redirects more than 5 times" });
    expect(seen).toHaveLength(6);
  });
});

describe("a host's address", () => {
  const named = rules(
    `GET http://plc.example:${server.port}/`,
    `GET http://gateway.local:${server.port}/`,
    `GET http://localhost:${server.port}/`,
  );
  const ask = (host: string, addresses: readonly string[], changes: Partial<HttpToolConfig> = {}) =>
    tool({ allow: named, timeoutMs: 3000, ...changes }, () => Promise.resolve(addresses)).text("h", {
      url: `http://${host}:${server.port}/x`,
    });
  const refused = async (host: string, addresses: readonly string[]) => {
    const outcome = await ask(host, addresses).catch((error: unknown) => String(error));
    expect(outcome).toContain("at a private address");
    expect(seen).toEqual([]);
  };

  test.each(["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.0.0.1", "169.254.169.254", "0.0.0.0", "fe80::1", "fd00::1"])(
    "that is private is not reached by a public name: %s",
    (address) => refused("plc.example", [address]),
  );

  test("of this machine is not reached by a name of the network, nor the network by localhost", async () => {
    await refused("gateway.local", ["127.0.0.1"]);
    await refused("gateway.local", ["169.254.169.254"]);
    await refused("localhost", ["10.0.0.1"]);
    await refused("localhost", ["93.184.216.34"]);
  });

  test("is reached when it is listed, or when the name says so", async () => {
    expect(await ask("plc.example", ["127.0.0.1"], { private: ["127.0.0.0/8"] })).toContain("at /x");
    expect(await ask("localhost", ["127.0.0.1"])).toContain("at /x");
    expect(seen.map(({ host }) => host)).toEqual([`plc.example:${server.port}`, `localhost:${server.port}`]);
  });

  test("is looked up once, and it is that which is connected to", async () => {
    let lookups = 0;
    const rebinding = () => Promise.resolve([lookups++ === 0 ? "127.0.0.1" : "127.0.0.9"]);
    const once = tool({ allow: named, private: ["127.0.0.1"] }, rebinding);
    expect(await once.text("h", { url: `http://plc.example:${server.port}/x` })).toContain("at /x");
    expect(lookups).toBe(1);
    expect(await once.failure("h", { url: `http://plc.example:${server.port}/x` })).toMatchObject({ kind: "denied" });
  });

  test("that is none, or never comes, is told", async () => {
    const none = tool({ allow: named }, () => Promise.reject(new Error("ENOTFOUND")));
    expect(await none.failure("h", { url: `http://plc.example:${server.port}/x` })).toEqual({
      kind: "failed",
      text: 'There is no host "plc.example"',
    });
    const silent = tool({ allow: named, timeoutMs: 100 }, () => new Promise(() => undefined));
    expect(await silent.failure("h", { url: `http://plc.example:${server.port}/x` })).toMatchObject({
      kind: "timeout",
    });
  });
});

describe("a secret header", () => {
  const headers = { "X-Key": new Secret(key) };

  test("is sent, and taken out of what comes back in whatever form", async () => {
    const text = await get("/api/echo", { headers });
    expect(seen).toMatchObject([{ key }]);
    expect(text).toEndWith("\nkey *** *** ***");
    const error = await failed("/api/none", { headers });
    expect(error.text).toContain("no such thing ***");
  });

  test("shows no part of itself at a cut", async () => {
    const text = await get("/api/large", { headers, maxOutputBytes: 8000, maxResponseBytes: 4000 });
    expect(text).toMatch(/\nx+\n\[The answer goes on\]$/);
  });

  test("stands in no description", () => {
    const { description, parameters } = httpTool({ ...base, allow: allowed, headers, maxOutputBytes: 1 });
    expect(JSON.stringify({ description, parameters })).not.toContain(key);
  });
});

describe("bounds:", () => {
  test("a large or endless answer is cut, and its connection closed", async () => {
    expect(await get("/api/large")).toContain("left out");
    expect(await get("/api/endless", { maxResponseBytes: 4096 })).toEndWith("[The answer goes on]");
    expect(server.pendingRequests).toBeLessThan(3);
  });

  test("a compressed answer is refused before it is unpacked", async () => {
    expect(await failed("/api/gzip")).toEqual({
      kind: "failed",
      text: "The answer is compressed, which nobody asked for",
    });
  });

  test("an answer or a body that does not come ends in time, or with the turn", async () => {
    expect(await failed("/api/hang", { timeoutMs: 200 })).toMatchObject({ kind: "timeout" });
    const stop = new AbortController();
    const call = tool().text("h", { url: `${origin}/api/hang` }, { signal: stop.signal });
    setTimeout(() => stop.abort(new Error("turn stopped")), 50);
    expect(await call.catch((error: unknown) => String(error))).toBe("Error: turn stopped");
  });

  test("drops of headers that never end, garbage, and nobody there are told", async () => {
    const sockets = new Set<Socket>();
    const raw = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => sockets.delete(socket));
      socket.write("HTTP/1.1 200 OK\r\n");
      const drip = setInterval(() => socket.write("X: y\r\n"), 20);
      socket.on("close", () => clearInterval(drip));
    });
    await new Promise<void>((resolve) => raw.listen(0, "127.0.0.1", resolve));
    const address = raw.address();
    const url = `http://127.0.0.1:${typeof address === "object" ? (address?.port ?? 0) : 0}/`;
    const slow = tool({ allow: rules(`GET ${url}`), timeoutMs: 300 });
    expect(await slow.failure("h", { url })).toMatchObject({ kind: "timeout" });
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => raw.close(resolve));
    expect(await slow.failure("h", { url })).toMatchObject({ kind: "failed" });
  });
});

test("what is asked for is asked for exactly, and sent after a yes only", async () => {
  const asked: ToolAction[] = [];
  const asking = tool({ ask: rules(`POST ${origin}/api/reset`) });
  const call = { url: `${origin}/api/reset`, method: "POST", body: '{"line":3}' };
  expect(await asking.failure("h", call)).toEqual({
    kind: "denied",
    text: "This was not approved: nobody may approve",
  });
  expect(seen).toEqual([]);
  const approve = (action: ToolAction) => {
    asked.push(action);
    return Promise.resolve({ isGranted: true } as const);
  };
  await asking.text("h", call, { approve });
  expect(asked.map(({ action }) => action)).toEqual([`POST ${origin}/api/reset with "{\\"line\\":3}"`]);
  expect(seen).toHaveLength(1);
});

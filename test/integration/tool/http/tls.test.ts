// The http tool over TLS: which address it connects to, whose certificate it takes, and that no proxy of the environment sees anything.

import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { parseRecord } from "../../../../src/model/json.ts";
import { runProgram } from "../../../support/run-program.ts";

setDefaultTimeout(30_000);

const program = join(import.meta.dirname, "../../../fixtures/programs/http-tool-call.ts");
const certificates = join(import.meta.dirname, "../../../fixtures/tls");
const tls = {
  cert: readFileSync(join(certificates, "server.pem")),
  key: readFileSync(join(certificates, "server-key.pem")),
};

const seen: string[] = [];
function serve(hostname: string, port: number) {
  return Bun.serve({
    hostname,
    port,
    tls,
    fetch: (request) => {
      const { host, pathname, port: own } = new URL(request.url);
      seen.push(`${hostname} ${host}${pathname} ${request.headers.get("x-key") ?? "-"}`);
      if (pathname === "/away") return Response.redirect(`https://evil.example:${own}/x`);
      return new Response(`from ${hostname}`);
    },
  });
}

// The same port on two addresses of this machine, as of a name that is bound to another one meanwhile.
const server = serve("127.0.0.1", 0);
const other = serve("127.0.0.2", server.port ?? 0);
const proxied: string[] = [];
const proxy = createServer((socket) => {
  proxied.push("connection");
  socket.destroy();
});
const proxyPort = await new Promise<number>((resolve) => {
  proxy.listen(0, "127.0.0.1", () => {
    const address = proxy.address();
    resolve(typeof address === "object" && address !== null ? address.port : 0);
  });
});
afterAll(async () => {
  await server.stop(true);
  await other.stop(true);
  await new Promise((resolve) => proxy.close(resolve));
});

interface Called {
  readonly outcome: string;
  readonly lookups: number;
}

async function call(
  host: string,
  path: string,
  given: { readonly addresses?: readonly string[]; readonly trusts?: boolean; readonly proxies?: boolean } = {},
): Promise<Called> {
  seen.length = 0;
  const origin = `https://${host}:${server.port}`;
  const { addresses = ["127.0.0.1"], trusts = true, proxies = false } = given;
  const proxyUrl = `http://127.0.0.1:${proxyPort}`;
  const { stdout, stderr } = await runProgram([process.execPath, program], {
    stdin: JSON.stringify({
      allow: [`GET ${origin}/`, `GET https://evil.example:${server.port}/`],
      url: `${origin}${path}`,
      addresses,
      private: ["127.0.0.0/8"],
    }),
    env: {
      PATH: process.env["PATH"],
      ...(trusts ? { NODE_EXTRA_CA_CERTS: join(certificates, "ca.pem") } : {}),
      ...(proxies ? { HTTPS_PROXY: proxyUrl, HTTP_PROXY: proxyUrl, ALL_PROXY: proxyUrl, https_proxy: proxyUrl } : {}),
    },
  });
  if (stdout === "") throw new Error(stderr);
  const { outcome, lookups } = parseRecord(stdout) ?? {};
  return { outcome: String(outcome), lookups: Number(lookups) };
}

test("connects to the address that was looked at, whatever the name means a moment later, and names the host", async () => {
  const { outcome, lookups } = await call("localhost", "/x", { addresses: ["127.0.0.1", "127.0.0.2"] });
  expect(outcome).toContain("from 127.0.0.1");
  expect(lookups).toBe(1);
  expect(seen).toEqual([`127.0.0.1 localhost:${server.port}/x a-secret-of-the-tool`]);
});

test("sends nothing to a server whose certificate is another name's, also at the right address", async () => {
  const { outcome } = await call("plc.example", "/x");
  expect(outcome).toContain("cannot be reached");
  expect(outcome).toMatch(/CERT|ALTNAME/);
  expect(seen).toEqual([]);
});

test("sends nothing to a server whose certificate nobody vouches for", async () => {
  const { outcome } = await call("localhost", "/x", { trusts: false });
  expect(outcome).toMatch(/CERT|SIGN|VERIFY|ISSUER/);
  expect(seen).toEqual([]);
});

test("holds the certificate of a redirect's target against that name, and sends it no secret", async () => {
  const { outcome } = await call("localhost", "/away", { addresses: ["127.0.0.1", "127.0.0.2"] });
  expect(outcome).toMatch(/CERT|ALTNAME/);
  expect(seen).toEqual([`127.0.0.1 localhost:${server.port}/away a-secret-of-the-tool`]);
});

test("shows nothing to a proxy of the environment", async () => {
  const { outcome } = await call("localhost", "/x", { proxies: true });
  expect(proxied).toEqual([]);
  expect(outcome).toContain("from 127.0.0.1");
});

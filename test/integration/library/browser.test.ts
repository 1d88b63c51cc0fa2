import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { createUser } from "@nats-io/nkeys";
import { type Browser, chromium } from "playwright-core";
import { connect, type Connection } from "../../../src/library/client.ts";
import { type IncomingPrompt, serve } from "../../../src/library/service.ts";
import { freePort } from "../../support/free-port.ts";
import { installLibrary, type LibraryPackage } from "../../support/library-package.ts";
import { mayRun } from "../../support/may-run.ts";
import { type RunningNatsServer, startNatsServer } from "../../support/nats-server.ts";

const program = Bun.which("chromium");

const page = `<!doctype html><title>An agent in a page</title><output></output>
<script type="importmap">{ "imports": { "muster/client": "/client.js" } }</script>
<script type="module">
import { connect, discover, prompt } from "muster/client";
const show = (text) => (document.querySelector("output").textContent = text);
try {
  const query = new URLSearchParams(location.search);
  const connection = await connect({ servers: query.get("nats"), nkeySeed: query.get("seed") ?? undefined });
  const [agent] = await discover(connection, { name: "barista" });
  const request = { prompt: "A coffee", attachments: [{ filename: "cup.txt", data: new Uint8Array([99, 117, 112]) }] };
  const events = [];
  for await (const event of prompt(connection, agent, request, { answer: async () => ({ prompt: "large" }) })) {
    events.push(event.type === "text" ? event.text : event.type);
  }
  await connection.close();
  show(agent.state + ": " + events.join(" "));
} catch (error) {
  show("failed: " + error.message);
}
</script>`;

describe.if(mayRun("the library in a browser", program === null ? "no program chromium" : undefined))(
  "in Chromium",
  () => {
    let server: RunningNatsServer;
    let library: LibraryPackage;
    let web: Bun.Server<undefined>;
    let browser: Browser;
    let connection: Connection;
    let webSocketPort: number;
    const user = createUser();
    const seed = new TextDecoder().decode(user.getSeed());

    beforeAll(async () => {
      webSocketPort = await freePort();
      server = await startNatsServer({
        config: [
          `websocket { host: 127.0.0.1, port: ${webSocketPort}, no_tls: true }`,
          `authorization { users: [ { nkey: ${user.getPublicKey()} }, { user: host, password: host } ] }`,
        ].join("\n"),
      });
      library = await installLibrary();
      web = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: answerWith(join(library.packageFolder, "browser")) });
      browser = await chromium.launch({ executablePath: program ?? "", args: ["--no-sandbox", "--disable-gpu"] });
      connection = await connect({ servers: `ws://127.0.0.1:${webSocketPort}`, user: "host", password: "host" });
    }, 120_000);

    afterAll(async () => {
      await browser.close();
      await connection.close();
      await web.stop(true);
      await library.remove();
      await server.stop();
    }, 60_000);

    test("a page finds an agent over WebSocket, signs, sends a file, answers its question and reads the answer", async () => {
      const handler = async ({ ask, attachments }: IncomingPrompt) =>
        `One ${(await ask("Small or large?"))?.prompt ?? ""} in ${attachments[0]?.filename ?? ""}`;
      await serve(
        connection,
        { name: "barista", owner: "tests", acceptsAttachments: true, callers: { trust: "signed" } },
        handler,
      );
      expect(await shown(`ws://127.0.0.1:${webSocketPort}`)).toBe("ready: ack question One large in cup.txt end");
    }, 60_000);

    test("a page that names a server without WebSocket is told what a browser needs", async () => {
      expect(await shown(server.url)).toBe(
        'failed: Cannot connect to NATS at "' +
          `${server.url}": Browsers reach NATS by ws:// or wss:// addresses, and write no files`,
      );
    }, 60_000);

    async function shown(nats: string): Promise<string> {
      const tab = await browser.newPage();
      await tab.goto(`${web.url.href}?nats=${encodeURIComponent(nats)}&seed=${seed}`);
      const output = tab.locator("output:not(:empty)");
      await output.waitFor({ state: "attached", timeout: 45_000 });
      const text = (await output.textContent()) ?? "";
      await tab.close();
      return text;
    }
  },
);

/** The page, and the library's file for browsers. */
function answerWith(folder: string): (request: Request) => Response {
  return (request) =>
    new URL(request.url).pathname === "/client.js"
      ? new Response(Bun.file(join(folder, "client.js")))
      : new Response(page, { headers: { "content-type": "text/html" } });
}

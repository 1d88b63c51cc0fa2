import { expect, test } from "bun:test";
import { runDocCalls } from "../../../support/run-doc-calls.ts";

test("docs/tools/http.md: its manifest checks clean, and its calls do what it shows", async () => {
  const routes: Record<string, (request: Request) => Response> = {
    "/lines/3/state": (request) => Response.json({ line: 3, state: "stopped", you: request.headers.get("x-key") }),
    "/lines/old": () => Response.redirect("/users"),
  };
  using server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request) => routes[new URL(request.url).pathname]?.(request) ?? new Response(null, { status: 404 }),
  });
  const placed = (text: string) => text.replaceAll("localhost:9000", `localhost:${server.port}`);
  const surroundings = { variables: { PLC_KEY: "key-of-the-plc" } };
  expect(await runDocCalls("tools/http.md", { stateDirectory: "/none", placed, surroundings })).toBe(5);
});

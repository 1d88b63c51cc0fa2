// A stand-in for an MCP server over HTTP that misbehaves in a call, in the way that it is told to. Not one of the real servers that tests use.

import * as z from "zod/mini";

export type HttpMisbehaviour =
  "forgets" | "floods" | "giant-event" | "giant-json" | "ends-early" | "redirects-away" | "redirects-here" | "hangs";

const rpcRequest = z.looseObject({
  id: z.optional(z.number()),
  method: z.string(),
  params: z.optional(z.looseObject({ _meta: z.optional(z.record(z.string(), z.unknown())) })),
});

export interface HostileMcpHttp extends AsyncDisposable {
  readonly url: string;
  /** Methods of the JSON-RPC requests that it got, in order. */
  readonly methods: string[];
  /** Header `authorization` of each request. */
  readonly authorizations: (string | null)[];
  /** What came beside the arguments of each call. */
  readonly metas: Readonly<Record<string, unknown>>[];
}

export function hostileMcpHttp(way: HttpMisbehaviour, elsewhere = ""): HostileMcpHttp {
  const methods: string[] = [];
  const authorizations: (string | null)[] = [];
  const metas: Readonly<Record<string, unknown>>[] = [];
  let sessions = 0;
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    fetch: async (request) => {
      authorizations.push(request.headers.get("authorization"));
      const { pathname } = new URL(request.url);
      if (request.method !== "POST") return new Response(null, { status: 405 });
      const message: unknown = await request.json();
      const { id, method, params } = rpcRequest.parse(message);
      if (id === undefined) return new Response(null, { status: 202 });
      methods.push(method);
      const answer = (result: object) => Response.json({ jsonrpc: "2.0", id, result });
      if (method === "initialize") {
        sessions += 1;
        const result = {
          protocolVersion: "2025-06-18",
          capabilities: { tools: {} },
          serverInfo: { name: "hostile", version: "1" },
        };
        return Response.json({ jsonrpc: "2.0", id, result }, { headers: { "mcp-session-id": `s${sessions}` } });
      }
      if (method === "tools/list") return answer({ tools: [{ name: "work", inputSchema: { type: "object" } }] });
      if (method !== "tools/call") return answer({});
      metas.push(params?._meta ?? {});
      const done = () => answer({ content: [{ type: "text", text: "done" }] });
      switch (way) {
        case "forgets":
          return request.headers.get("mcp-session-id") === "s1"
            ? new Response("No such session", { status: 404 })
            : done();
        case "floods":
          return events(() => ": idle\n\n".repeat(10_000));
        case "giant-event":
          return events(() => `data: ${"x".repeat(1 << 20)}\n`);
        case "giant-json":
          return answer({ content: [{ type: "text", text: "x".repeat(9 << 20) }] });
        case "ends-early":
          return new Response(": bye\n\n", { headers: { "content-type": "text/event-stream" } });
        case "redirects-away":
          return Response.redirect(elsewhere, 307);
        case "redirects-here":
          return pathname === "/mcp" ? Response.redirect("/moved", 307) : done();
        case "hangs":
          return new Promise<Response>(() => undefined);
      }
    },
  });
  return {
    url: `http://127.0.0.1:${server.port ?? 0}/mcp`,
    methods,
    authorizations,
    metas,
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

/** Without an end. */
function events(next: () => string): Response {
  const body = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      await Bun.sleep(1);
      controller.enqueue(Buffer.from(next()));
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

import { expect, test } from "bun:test";
import { ToolError } from "../../../../src/tool/contract.ts";
import { hostileMcpHttp } from "../../../support/hostile-mcp-http.ts";
import { testedMcp } from "../../../support/mcp-source.ts";
import { rejectionError } from "../../../support/rejection.ts";

async function toolError(of: Promise<unknown>): Promise<ToolError> {
  const error = await rejectionError(of);
  if (!(error instanceof ToolError)) throw error;
  return error;
}

test.each([
  ["floods", "unavailable", "it floods"],
  ["giant-event", "unavailable", "it sent an event of more than 8 MB"],
  ["giant-json", "unavailable", "it sent an answer of more than 8 MB"],
  ["ends-early", "failed", "the server ended its answer before it gave one"],
  ["hangs", "timeout", "it did not answer within 1 s"],
] as const)("a server over HTTP that %s fails the call", async (way, kind, why) => {
  await using server = hostileMcpHttp(way);
  await using mcp = testedMcp(`url: "${server.url}", timeout: ${way === "hangs" ? "1s" : "10s"}`);
  await mcp.prepare();
  const error = await toolError(mcp.call("srv_work"));
  expect(error.message).toContain(why);
  expect(error.kind).toBe(kind);
});

test("a server that forgot the session is greeted anew, and the call made once more", async () => {
  await using server = hostileMcpHttp("forgets");
  await using mcp = testedMcp(`url: "${server.url}"`);
  await mcp.prepare();
  expect(await mcp.call("srv_work")).toBe("done");
  expect(server.methods).toEqual(["initialize", "tools/list", "tools/call", "initialize", "tools/list", "tools/call"]);
});

test("a call tells of the turn's trace beside its arguments, where the entry says so and nowhere else", async () => {
  await using server = hostileMcpHttp("redirects-here");
  const trace = {
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId: "b7ad6b7169203331",
    isSampled: true,
    state: "a=1",
  };
  const told = async (keys: string) => {
    await using mcp = testedMcp(`url: "${server.url}"${keys}`);
    await mcp.prepare();
    await mcp.call("srv_work", {}, { trace });
    const { traceparent, tracestate } = server.metas.at(-1) ?? {};
    return { traceparent, tracestate };
  };
  expect(await told("")).toEqual({ traceparent: undefined, tracestate: undefined });
  expect(await told(", traceparent: true")).toEqual({
    traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    tracestate: "a=1",
  });
});

test("a redirect is followed within the server's origin, with its headers", async () => {
  await using server = hostileMcpHttp("redirects-here");
  await using mcp = testedMcp(`url: "${server.url}", headers: { Authorization: Bearer sesame-open }`);
  await mcp.prepare();
  expect(await mcp.call("srv_work")).toBe("done");
  expect(server.authorizations.every((value) => value === "Bearer sesame-open")).toBe(true);
});

test("a redirect elsewhere is not followed: nothing of the entry gets there", async () => {
  await using other = hostileMcpHttp("forgets");
  await using server = hostileMcpHttp("redirects-away", other.url);
  await using mcp = testedMcp(`url: "${server.url}", headers: { Authorization: Bearer sesame-open }`);
  await mcp.prepare();
  expect((await toolError(mcp.call("srv_work"))).message).toContain(`Redirect to ${other.url} not followed`);
  expect(other.authorizations).toEqual([]);
});

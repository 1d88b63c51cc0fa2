import { afterAll, expect, test } from "bun:test";
import type { HttpToolConfig, ShellToolConfig } from "../../../src/manifest/tools/config.ts";
import { fixedSource } from "../../../src/tool/fixed-source.ts";
import { httpTool } from "../../../src/tool/http/http.ts";
import { shellTool } from "../../../src/tool/shell/shell.ts";
import { Secret } from "../../../src/manifest/secret.ts";
import { calledTools } from "../../support/called-tool.ts";
import { agentWithTools, checkedManifest } from "../../support/checked-manifest.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";

const trace = {
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: "b7ad6b7169203331",
  isSampled: true,
  state: "a=1",
};
const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const folder = scratchFolder();
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: ({ headers }) =>
    new Response(`${headers.get("traceparent") ?? "none"} ${headers.get("tracestate") ?? "none"}`),
});
afterAll(() => server.stop(true));
const origin = `http://127.0.0.1:${server.port}`;

const program = { cwd: folder, environment: {}, timeoutMs: 20_000, maxOutputBytes: 1000 };
const shellConfig: ShellToolConfig = { type: "shell", name: "s", allow: [["env"]], ask: [], deny: [], ...program };
const httpConfig: HttpToolConfig = {
  type: "http",
  name: "h",
  allow: [{ method: "GET", origin, path: "/" }],
  ask: [],
  private: [],
  headers: {},
  timeoutMs: 20_000,
  maxResponseBytes: 1000,
  maxOutputBytes: 1000,
};
const requested = (changes: Partial<HttpToolConfig>, context = {}) =>
  calledTools(fixedSource("h", [httpTool({ ...httpConfig, ...changes })])).text("h", { url: `${origin}/` }, context);
const environment = async (changes: Partial<ShellToolConfig>, context = {}) => {
  const source = fixedSource("s", [shellTool({ ...shellConfig, ...changes })]);
  const lines = (await calledTools(source).text("s", { argv: ["env"] }, context)).split("\n");
  return lines.filter((line) => line.startsWith("TRACE")).sort();
};

test("requests bear the turn's trace where their tool says so, and never else", async () => {
  expect(await requested({ carriesTrace: true }, { trace })).toContain(`${traceparent} a=1`);
  expect(await requested({ carriesTrace: true })).toContain("none none");
  expect(await requested({}, { trace })).toContain("none none");
});

test("programs see it in their environment, and what the manifest gives them goes before", async () => {
  expect(await environment({ carriesTrace: true }, { trace })).toEqual([
    `TRACEPARENT=${traceparent}`,
    "TRACESTATE=a=1",
  ]);
  expect(await environment({}, { trace })).toEqual([]);
  const own = { TRACEPARENT: new Secret("mine") };
  expect(await environment({ carriesTrace: true, environment: own }, { trace })).toContain("TRACEPARENT=***");
});

test.each([
  "type: http, allow: [GET http://127.0.0.1:9/]",
  "type: shell, allow: [[env]], allow_unauthenticated: true",
  "type: command, description: d, command: [env], allow_unauthenticated: true",
  "type: mcp, command: [server]",
])("is off unless the manifest says it: %s", (keys) => {
  const carries = (more: string) => {
    const { manifest, problems } = checkedManifest(agentWithTools(`t: { ${keys}${more} }`));
    expect(problems).toEqual([]);
    const [tool] = manifest?.agents.get("a")?.tools ?? [];
    return tool !== undefined && "carriesTrace" in tool;
  };
  expect([carries(""), carries(", traceparent: false"), carries(", traceparent: true")]).toEqual([false, false, true]);
});

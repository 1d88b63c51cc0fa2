import { afterEach, describe, expect, test } from "bun:test";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mayRun } from "../../../support/may-run.ts";
import { mcpServers, missingForMcpServers, startEverything } from "../../../support/mcp-servers.ts";
import { testedMcp } from "../../../support/mcp-source.ts";
import { rejection } from "../../../support/rejection.ts";
import { until } from "../../../support/until.ts";

const folders: string[] = [];

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "muster-mcp-"));
  folders.push(made);
  return made;
}

afterEach(async () => {
  for (const one of folders.splice(0)) await rm(one, { recursive: true, force: true });
});

async function everythingOverStdio(): Promise<string> {
  return `command: [node, ${join(await mcpServers(), "mcp-server-everything")}, stdio]`;
}

describe.if(mayRun("reference servers of MCP", missingForMcpServers()))("the reference server", () => {
  test("everything over stdio is started by the first turn only, and its tools do their work", async () => {
    await using mcp = testedMcp(`${await everythingOverStdio()}, prefix: "", deny: [toggle-*]`);
    expect(mcp.source.health()).toEqual({ state: "ready" });
    expect(mcp.source.tools()).toEqual([]);
    await mcp.prepare();
    const names = mcp.source.tools().map(({ name }) => name);
    expect(names).toContain("echo");
    expect(names.filter((name) => name.startsWith("toggle-"))).toEqual([]);
    expect(await mcp.call("echo", { message: "Guten Tag" })).toBe("Echo: Guten Tag");
    expect(await mcp.call("get-sum", { a: 2, b: 3 })).toBe("The sum of 2 and 3 is 5.");
    expect(JSON.parse(await mcp.call("get-structured-content", { location: "New York" }))).toHaveProperty("humidity");
  });

  test("everything over streamable HTTP does the same, with progress, and its images become files of the turn", async () => {
    const server = await startEverything();
    try {
      await using mcp = testedMcp(`url: "${server.url}"`);
      await mcp.prepare();
      expect(await mcp.call("srv_echo", { message: "Guten Tag" })).toBe("Echo: Guten Tag");
      const told: string[] = [];
      const status = (token: string) => told.push(token);
      await mcp.call("srv_trigger-long-running-operation", { duration: 1.2, steps: 2 }, { status });
      expect(told).toContain("srv_trigger-long-running-operation 2/2");
      const turn = await folder();
      const text = await mcp.call("srv_get-tiny-image", {}, { folder: () => Promise.resolve(turn) });
      const path = /in the file (\S+)\]/.exec(text)?.[1] ?? "";
      expect(path).toStartWith(turn);
      expect((await readFile(path)).subarray(1, 4).toString()).toBe("PNG");
    } finally {
      await server.kill();
    }
  });

  test("everything gives resources as text, as files of the turn, and as links", async () => {
    await using mcp = testedMcp(`${await everythingOverStdio()}, prefix: ""`);
    await mcp.prepare();
    const turn = await folder();
    const give = { folder: () => Promise.resolve(turn) };
    const text = await mcp.call("get-resource-reference", { resourceType: "Text", resourceId: 2 }, give);
    expect(text).toContain("[demo://resource/dynamic/text/2]\nResource 2: This is a plaintext resource");
    const blob = await mcp.call("get-resource-reference", { resourceType: "Blob", resourceId: 1 }, give);
    const path = /in the file (\S+\.txt)\]/.exec(blob)?.[1] ?? "";
    expect(path).toStartWith(turn);
    expect(await readFile(path, "utf8")).toContain("base64");
    expect(await mcp.call("get-resource-links", { count: 2 }, give)).toContain(
      "[link: demo://resource/dynamic/blob/1]",
    );
    expect(await mcp.call("get-annotated-message", { messageType: "error", includeImage: true }, give)).toMatch(
      /^Error: .*\n\[image, image\/png, \d+ bytes: in the file /,
    );
  });

  test("everything over HTTP that is killed in a call fails it, degrades the entry, and serves again when it is back", async () => {
    const server = await startEverything();
    await using mcp = testedMcp(`url: "${server.url}"`, { lookEveryMs: 500 });
    await mcp.prepare();
    const call = rejection(mcp.call("srv_trigger-long-running-operation", { duration: 60, steps: 2 }));
    await until("the call to be under way", () => mcp.log.messages().length > 0 && Bun.sleep(300).then(() => true));
    await server.kill();
    expect(await call).toContain('The MCP server "srv" failed the call');
    await until("degraded", () => mcp.source.health().state === "degraded");
    const again = await startEverything(Number(new URL(server.url).port));
    try {
      await until("ready", () => mcp.source.health().state === "ready");
      await mcp.prepare();
      expect(await mcp.call("srv_echo", { message: "again" })).toBe("Echo: again");
    } finally {
      await again.kill();
    }
  });

  test("filesystem over stdio reads and writes in its folder, and says no outside of it", async () => {
    const root = await folder();
    await writeFile(join(root, "line-3.txt"), "Torque 12 Nm");
    const program = join(await mcpServers(), "mcp-server-filesystem");
    await using mcp = testedMcp(`command: [node, ${program}, ${root}], allow: [read_text_file, write_file]`);
    await mcp.prepare();
    expect(mcp.source.tools().map(({ name, isReadOnly }) => [name, isReadOnly])).toEqual([
      ["srv_read_text_file", true],
      ["srv_write_file", false],
    ]);
    expect(await mcp.call("srv_read_text_file", { path: join(root, "line-3.txt") })).toBe("Torque 12 Nm");
    await mcp.call("srv_write_file", { path: join(root, "new.txt"), content: "Written" });
    expect(await readFile(join(root, "new.txt"), "utf8")).toBe("Written");
    expect(await rejection(mcp.call("srv_read_text_file", { path: "/etc/passwd" }))).toContain("Access denied");
  });
});

// The official reference servers of MCP, from npm, locked, kept in the test cache.

import { existsSync } from "node:fs";
import { copyFile, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../../build/paths.ts";
import { runCommand } from "../../build/run-command.ts";
import { sha256File } from "../../build/sha256.ts";
import { freePort } from "./free-port.ts";
import { testCache } from "./test-cache.ts";
import { until } from "./until.ts";

const locked = join(root, "test", "fixtures", "mcp-servers");

/** What the machine lacks for them; undefined: nothing. */
export function missingForMcpServers(): string | undefined {
  const missing = ["npm", "node"].find((program) => Bun.which(program) === null);
  return missing === undefined ? undefined : `the reference servers of MCP need ${missing} on PATH`;
}

/** Absolute path of the folder that holds their programs; installed on the first call. */
export async function mcpServers(): Promise<string> {
  const lock = await sha256File(join(locked, "package-lock.json"));
  const folder = join(testCache, `mcp-servers-${lock.slice(0, 16)}`);
  const programs = join(folder, "node_modules", ".bin");
  if (existsSync(programs)) return programs;
  const work = `${folder}.work-${process.pid}`;
  try {
    await mkdir(work, { recursive: true });
    for (const name of ["package.json", "package-lock.json", ".npmrc"])
      await copyFile(join(locked, name), join(work, name));
    await runCommand(["npm", "ci", "--ignore-scripts"], { cwd: work });
    if (!existsSync(folder)) await rename(work, folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return programs;
}

export interface RunningMcpServer {
  readonly url: string;
  /** SIGKILL. */
  kill(): Promise<void>;
}

/** The server "everything" over streamable HTTP; resolves when it answers. */
export async function startEverything(port?: number): Promise<RunningMcpServer> {
  const program = join(await mcpServers(), "mcp-server-everything");
  const chosen = port ?? (await freePort());
  const child = Bun.spawn(["node", program, "streamableHttp"], {
    env: { ...process.env, PORT: String(chosen) },
    stdio: ["ignore", "ignore", "ignore"],
  });
  const url = `http://127.0.0.1:${chosen}/mcp`;
  await until("the server to listen", () =>
    fetch(url, { method: "HEAD" }).then(
      () => true,
      () => false,
    ),
  );
  return {
    url,
    kill: async () => {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

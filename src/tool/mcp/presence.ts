// Whether an MCP server is there, without starting it or its client: a look at its program, or one request to its URL.

import { accessSync, constants, statSync } from "node:fs";
import { isAbsolute } from "node:path";
import type { McpHttpConfig, McpServerConfig, McpStdioConfig } from "../../manifest/tools/config.ts";
import { sendRequest } from "./http-request.ts";
import { reachFailure } from "./reach-failure.ts";
import { serverEnvironment } from "./server-environment.ts";

const answerMs = 5_000;

/** Why it is not there, in words for an operator; undefined when it is. Never rejects; ends with `signal`. */
export async function absence(server: McpServerConfig, signal: AbortSignal): Promise<string | undefined> {
  return server.type === "stdio" ? programAbsence(server) : urlAbsence(server, signal);
}

export function programAbsence(server: McpStdioConfig): string | undefined {
  const { cwd } = server;
  const [program] = server.command;
  if (cwd !== undefined && !isFolder(cwd)) return `There is no folder "${cwd}" to start its program in`;
  if (isAbsolute(program)) return fileAbsence(program);
  const found = Bun.which(program, { PATH: serverEnvironment(server)["PATH"] ?? "" });
  return found === null ? `There is no program "${program}" on PATH. Install it, or give its absolute path` : undefined;
}

function fileAbsence(program: string): string | undefined {
  try {
    accessSync(program, constants.X_OK);
    return statSync(program).isFile() ? undefined : `"${program}" is no program`;
  } catch {
    return `There is no program "${program}" that can be run`;
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false; // Not there, or not to be seen.
  }
}

/** Any answer will do: servers differ in what they say to a request that opens nothing. */
async function urlAbsence(server: McpHttpConfig, signal: AbortSignal): Promise<string | undefined> {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(answerMs)]);
    const response = await sendRequest(server, server.url, { method: "HEAD", signal: limit });
    await response.body?.cancel();
    return undefined;
  } catch (error) {
    return `Cannot reach "${shownUrl(server.url)}": ${reachFailure(error)}`;
  }
}

/** Without what may be a secret. */
export function shownUrl(url: string): string {
  const shown = new URL(url);
  shown.search = "";
  shown.hash = "";
  return shown.href;
}

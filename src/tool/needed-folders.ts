// A tool that works in folders of the machine: while one of them is not there, its agent is degraded, and heals when it is back.

import { accessSync, constants, statSync } from "node:fs";
import type { ToolConfig } from "../manifest/tools/config.ts";
import type { ToolHealth, ToolSource } from "./contract.ts";

/** Looked at before each turn; and so often while one is missing, since then there are no turns. */
const lookEveryMs = 2_000;

/** Absolute; an MCP server looks after its own. */
export function foldersOf(config: ToolConfig): readonly string[] {
  if (config.type === "files") return [config.root];
  if (config.type === "agents") return config.roots;
  const isProgram = config.type === "shell" || config.type === "command";
  return isProgram && config.cwd !== undefined ? [config.cwd] : [];
}

/** The same source; `folders` are looked at now for the first time. */
export function needingFolders(source: ToolSource, folders: readonly string[]): ToolSource {
  if (folders.length === 0) return source;
  const needed = new NeededFolders(folders);
  return {
    name: source.name,
    isForeign: source.isForeign ?? false,
    prepare: async (signal) => {
      needed.look();
      if (needed.health.state === "ready") await source.prepare?.(signal);
    },
    tools: () => source.tools(),
    health: () => (needed.health.state === "degraded" ? needed.health : source.health()),
    onHealthChange: (listener) => {
      const ends = [source.onHealthChange(listener), needed.onChange(listener)];
      return () => ends.forEach((end) => end());
    },
    close: () => {
      needed.close();
      return source.close();
    },
  };
}

class NeededFolders {
  readonly #folders: readonly string[];
  readonly #listeners = new Set<() => void>();
  #again: ReturnType<typeof setInterval> | undefined;
  health: ToolHealth = { state: "ready" };

  constructor(folders: readonly string[]) {
    this.#folders = folders;
    this.look();
  }

  look(): void {
    const reasons = this.#folders.flatMap((folder) => reasonAgainst(folder) ?? []);
    const before = this.health.state;
    this.health = reasons.length === 0 ? { state: "ready" } : { state: "degraded", reason: reasons.join("; ") };
    if (this.health.state === "ready") this.close();
    else this.#again ??= setInterval(() => this.look(), lookEveryMs).unref();
    if (this.health.state !== before) for (const listener of [...this.#listeners]) listener();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    clearInterval(this.#again);
    this.#again = undefined;
  }
}

function reasonAgainst(folder: string): string | undefined {
  try {
    if (!statSync(folder).isDirectory()) return `"${folder}" is no folder`;
    accessSync(folder, constants.R_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    return code === "ENOENT" ? `there is no folder "${folder}"` : `the folder "${folder}" cannot be used: ${code}`;
  }
}

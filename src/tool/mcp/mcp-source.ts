// An entry of `type: mcp`: the tools of one server. It is started with the first prompt (or with the agent), started again with growing
// pauses when it is lost, and as long as it is not there the agent is degraded.

import { type Backoff, backoff } from "../../host/backoff.ts";
import type { McpToolConfig } from "../../manifest/tools/config.ts";
import type { Logger } from "../../telemetry/log.ts";
import type { Tool, ToolHealth, ToolSource } from "../contract.ts";
import { ToolError } from "../contract.ts";
import { untilAborted } from "./until-aborted.ts";
import { hideSecretsOf } from "./hide-secrets.ts";
import { type ListedTools, readTools } from "./listed-tools.ts";
import { absence, programAbsence } from "./presence.ts";
import { serverTool } from "./server-tool.ts";
import type { Session } from "./session.ts";

export interface McpSourcePorts {
  readonly log: Logger;
  /** Between two looks at a server that nobody started, or that is elsewhere; default 30 s. */
  readonly lookEveryMs?: number;
  /** The first pause before a lost server is started again; default 1 s, doubling to a minute. */
  readonly firstPauseMs?: number;
}

type Phase =
  | { readonly type: "resting" }
  | { readonly type: "starting"; readonly done: Promise<void> }
  | { readonly type: "up"; readonly session: Session; readonly sinceMs: number }
  /** Lost, or could not be started: it is tried again. */
  | { readonly type: "pausing" }
  | { readonly type: "closed" };

/** Alive for so long, a server is well: what was before counts no more. */
const wellAfterMs = 60_000;
const longestPauseMs = 60_000;
/** A server that is lost so often in a row is not one to rely on. */
const lossesToDegrade = 3;
const relistPauseMs = 1_000;
const closeGraceMs = 1_000;
/** So many times as often one looks at a server that is not there. */
const absentFactor = 6;

export function mcpSource(config: McpToolConfig, ports: McpSourcePorts): ToolSource {
  return new McpSource(config, ports);
}

class McpSource implements ToolSource {
  readonly name: string;
  readonly isForeign = true;
  readonly #config: McpToolConfig;
  readonly #ports: McpSourcePorts;
  readonly #log: Logger;
  readonly #hide: (text: string) => string;
  readonly #pauses: Backoff;
  readonly #listeners = new Set<() => void>();
  readonly #closed = new AbortController();
  #phase: Phase = { type: "resting" };
  #health: ToolHealth = { state: "ready" };
  #tools: readonly Tool[] = [];
  #losses = 0;
  #pause: Timer | undefined;
  #look: Timer | undefined;
  #relist: Timer | undefined;

  constructor(config: McpToolConfig, ports: McpSourcePorts) {
    this.name = config.name;
    this.#config = config;
    this.#ports = ports;
    this.#log = ports.log.with({ mcp: config.name });
    this.#hide = hideSecretsOf(config.server);
    this.#pauses = backoff(ports.firstPauseMs ?? 1_000, longestPauseMs);
    if (config.server.type === "stdio") this.#setReason(programAbsence(config.server));
    if (config.start === "eager") void this.#start();
    if (config.server.type === "http" || config.start === "lazy") void this.#lookOn();
  }

  tools(): readonly Tool[] {
    return this.#tools;
  }

  health(): ToolHealth {
    return this.#health;
  }

  onHealthChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async prepare(signal: AbortSignal): Promise<void> {
    const { type } = this.#phase;
    if (type === "up" || type === "closed") return;
    // While it is known to fail, only its pause starts it.
    if (type === "pausing" && this.#health.state === "degraded") return;
    await untilAborted(this.#start(), signal);
  }

  async close(): Promise<void> {
    const phase = this.#phase;
    this.#phase = { type: "closed" };
    this.#closed.abort(new Error("The tool is closed"));
    for (const timer of [this.#pause, this.#look, this.#relist]) clearTimeout(timer);
    this.#listeners.clear();
    if (phase.type === "up") await phase.session.close(closeGraceMs);
    if (phase.type === "starting") await phase.done;
  }

  async #session(signal: AbortSignal): Promise<Session> {
    if (this.#phase.type !== "up") await this.prepare(signal);
    signal.throwIfAborted();
    if (this.#phase.type === "up") return this.#phase.session;
    const reason = this.#health.state === "degraded" ? `: ${this.#health.reason}` : "";
    throw new ToolError("unavailable", `The MCP server "${this.name}" is not there now${reason}`);
  }

  #start(): Promise<void> {
    if (this.#phase.type === "starting") return this.#phase.done;
    clearTimeout(this.#pause);
    const done = this.#tryToStart();
    this.#phase = { type: "starting", done };
    return done;
  }

  async #tryToStart(): Promise<void> {
    const { startTimeoutMs } = this.#config;
    const late = AbortSignal.timeout(startTimeoutMs);
    const signal = AbortSignal.any([this.#closed.signal, late]);
    let session: Session | undefined;
    try {
      // The client is dear: who never uses the server never pays for it.
      const { openSession } = await import("./session.ts");
      const ports = { log: this.#log, hide: this.#hide, onListChanged: () => this.#listSoon() };
      session = await openSession(this.#config, ports, signal);
      const listed = readTools(await session.listTools(startTimeoutMs, signal), this.#config);
      if (this.#closed.signal.aborted) throw this.#closed.signal.reason;
      this.#adopt(session, listed);
    } catch (error) {
      await session?.close(closeGraceMs / 2);
      if (this.#closed.signal.aborted) return;
      const reason = late.aborted
        ? `It did not greet and list its tools within ${startTimeoutMs / 1_000} s`
        : textOf(error);
      this.#failed(reason);
    }
  }

  #adopt(session: Session, listed: ListedTools): void {
    this.#phase = { type: "up", session, sinceMs: performance.now() };
    this.#offer(listed, session);
    this.#setReason(undefined);
    void session.lost.then((reason) => this.#lost(session, reason));
  }

  #offer({ tools, leftOut, missing }: ListedTools, session: Session): void {
    this.#tools = tools.map((tool) => serverTool(tool, this.#config, (signal) => this.#session(signal)));
    this.#log.info("MCP server", { server: session.serverName, tools: tools.length });
    if (leftOut.length > 0)
      this.#log.warn("Tools of the MCP server are left out", {
        tools: leftOut.slice(0, 20).map(({ name, reason }) => `${name}: ${reason}`),
        count: leftOut.length,
      });
    if (missing.length > 0) this.#log.warn("The MCP server has no such tools as allow names", { tools: missing });
  }

  #lost(session: Session, reason: string): void {
    if (this.#phase.type !== "up" || this.#phase.session !== session) return;
    const isWell = performance.now() - this.#phase.sinceMs > wellAfterMs;
    if (isWell) this.#pauses.reset();
    this.#losses = isWell ? 1 : this.#losses + 1;
    this.#log.warn("The MCP server is lost", { reason });
    clearTimeout(this.#relist);
    if (this.#losses >= lossesToDegrade) this.#failed(`It was lost ${this.#losses} times in a row: ${reason}`);
    else this.#tryAgainLater();
  }

  #failed(reason: string): void {
    this.#tryAgainLater();
    this.#setReason(reason);
  }

  #tryAgainLater(): void {
    this.#phase = { type: "pausing" };
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => void this.#start(), this.#pauses.next());
  }

  /** However often a server says that its tools changed, they are read once a second at most. */
  #listSoon(pauseMs = relistPauseMs): void {
    if (this.#relist !== undefined || this.#phase.type !== "up") return;
    const { session } = this.#phase;
    this.#relist = setTimeout(() => {
      this.#relist = undefined;
      void this.#list(session);
    }, pauseMs);
  }

  async #list(session: Session): Promise<void> {
    try {
      const listed = readTools(await session.listTools(this.#config.startTimeoutMs, this.#closed.signal), this.#config);
      if (this.#phase.type !== "up" || this.#phase.session !== session) return;
      this.#offer(listed, session);
      this.#setReason(undefined);
    } catch (error) {
      if (this.#phase.type !== "up" || this.#phase.session !== session) return;
      this.#setReason(`Its tools cannot be listed: ${textOf(error)}`);
      this.#listSoon(this.#lookEveryMs());
    }
  }

  /** Of a server that nobody started, whether it is there; of one elsewhere, whether it still is. */
  async #lookOn(): Promise<void> {
    const reason = await absence(this.#config.server, this.#closed.signal);
    if (this.#phase.type === "closed") return;
    if (this.#phase.type === "resting") this.#setReason(reason);
    if (this.#phase.type === "up" && this.#config.server.type === "http" && reason !== undefined)
      this.#phase.session.fail(reason);
    const everyMs = this.#lookEveryMs() / (reason === undefined ? 1 : absentFactor);
    this.#look = setTimeout(() => void this.#lookOn(), everyMs * (0.75 + Math.random() / 4));
  }

  #lookEveryMs(): number {
    return this.#ports.lookEveryMs ?? 30_000;
  }

  /** Undefined: it is well. */
  #setReason(reason: string | undefined): void {
    const before = this.#health.state === "degraded" ? this.#health.reason : undefined;
    if (before === reason) return;
    this.#health = reason === undefined ? { state: "ready" } : { state: "degraded", reason };
    for (const listener of this.#listeners) listener();
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

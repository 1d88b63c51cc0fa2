// One session with an MCP server, from `initialize` to its end, through the official client. Loaded on first use: the client is dear.

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPError } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import {
  ElicitRequestSchema,
  ErrorCode,
  McpError,
  ToolListChangedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import * as z from "zod/mini";
import { build } from "../../host/build-facts.ts";
import type { McpToolConfig } from "../../manifest/tools/config.ts";
import type { Logger } from "../../telemetry/log.ts";
import { neutraliseLine } from "../../telemetry/neutralise.ts";
import { answerQuestion } from "./answer-question.ts";
import { openHttpLink } from "./http-link.ts";
import { type AskCaller, OpenCalls } from "./open-calls.ts";
import { SessionError } from "./session-error.ts";
import { openStdioLink } from "./stdio-link.ts";
import { endedByUs, type ServerLink } from "./server-link.ts";
import { trustNoSchema } from "./trust-no-schema.ts";

/** For a sign of life after a call that took too long. */
const pingMs = 5_000;
/** A call has its own time, which stands still while its server waits for a caller's answer. */
const longestCallMs = 2_147_483_647;
const maxListedTools = 10_000;
const maxPages = 200;
const maxErrorChars = 1_000;
const methodNotFound: number = ErrorCode.MethodNotFound;
const requestTimeout: number = ErrorCode.RequestTimeout;
const connectionClosed: number = ErrorCode.ConnectionClosed;

export interface SessionPorts {
  readonly log: Logger;
  readonly hide: (text: string) => string;
  /** The server's tools became others. */
  readonly onListChanged: () => void;
}

export interface CallOptions {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** Tells turns apart. */
  readonly turn: string;
  /** For what the server wants to know. */
  readonly ask: AskCaller;
  readonly onProgress: (progress: CallProgress) => void;
  /** What goes along beside the arguments. */
  readonly meta?: Readonly<Record<string, string>>;
}

export interface CallProgress {
  readonly progress: number;
  readonly total?: number | undefined;
  readonly message?: string | undefined;
}

/** Of whatever form: what the server says is judged later. */
export interface RawResult {
  readonly content?: readonly unknown[] | undefined;
  readonly structuredContent?: unknown;
  readonly isError?: boolean | undefined;
}

const listResult = z.looseObject({ tools: z.array(z.unknown()), nextCursor: z.optional(z.string()) });
const callResult = z.looseObject({
  content: z.optional(z.array(z.unknown())),
  structuredContent: z.optional(z.unknown()),
  isError: z.optional(z.boolean()),
});

/** Starts or reaches the server and says hello. @throws {SessionError} */
export async function openSession(config: McpToolConfig, ports: SessionPorts, signal: AbortSignal): Promise<Session> {
  const link = openLink(config, ports);
  const session = new Session(link, ports, config);
  try {
    await session.greet(config.startTimeoutMs, signal);
    return session;
  } catch (error) {
    await link.close(200);
    throw error;
  }
}

function openLink({ server }: McpToolConfig, ports: SessionPorts): ServerLink {
  try {
    return server.type === "stdio" ? openStdioLink(server, ports) : openHttpLink(server, ports);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SessionError("lost", `It cannot be started: ${ports.hide(reason)}`, { cause });
  }
}

export class Session {
  /** Resolves with why it is over. */
  readonly lost: Promise<string>;
  readonly #link: ServerLink;
  readonly #client: Client;
  readonly #ports: SessionPorts;
  readonly #calls = new OpenCalls();
  #reason: string | undefined;

  constructor(link: ServerLink, ports: SessionPorts, { name, questions }: McpToolConfig) {
    this.#link = link;
    this.#ports = ports;
    const capabilities = questions === "caller" ? { elicitation: { form: {} } } : {};
    this.#client = new Client(
      { name: "muster", version: build.version },
      { jsonSchemaValidator: trustNoSchema, capabilities },
    );
    if (questions === "caller")
      this.#client.setRequestHandler(ElicitRequestSchema, async ({ params }) => ({
        ...(await answerQuestion(params, name, this.#calls)),
      }));
    this.#client.setNotificationHandler(ToolListChangedNotificationSchema, () => ports.onListChanged());
    this.#client.onerror = (error) =>
      ports.log.debug("MCP client", { reason: ports.hide(neutraliseLine(error.message.slice(0, maxErrorChars))) });
    this.lost = link.lost.then((reason) => (this.#reason = reason));
  }

  /** The server's own name and version, for people. */
  get serverName(): string {
    const { name = "", version = "" } = this.#client.getServerVersion() ?? {};
    return neutraliseLine(`${name} ${version}`.slice(0, 100)).trim();
  }

  async greet(timeoutMs: number, signal: AbortSignal): Promise<void> {
    await this.#within(signal, (inner) =>
      this.#client.connect(this.#link.transport, { timeout: timeoutMs, signal: inner }).catch((error: unknown) => {
        // The client ends a server that greets otherwise than it should, and that end says less than the greeting did.
        if (this.#isEndedByUs() && codeOf(error) !== connectionClosed && codeOf(error) !== requestTimeout)
          throw new SessionError("failed", `It cannot be greeted: ${this.#reasonOf(error)}`, { cause: error });
        throw error;
      }),
    );
  }

  /** All that the server lists, as it says it. @throws {SessionError} */
  async listTools(timeoutMs: number, signal: AbortSignal): Promise<readonly unknown[]> {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const tools: unknown[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < maxPages; page++) {
      const params = cursor === undefined ? {} : { cursor };
      const listed = await this.#within(limit, (inner) =>
        this.#client.request({ method: "tools/list", params }, listResult, { timeout: timeoutMs, signal: inner }),
      ).catch((error: unknown) => {
        signal.throwIfAborted();
        throw limit.aborted
          ? new SessionError("timeout", `It did not list its tools within ${timeoutMs / 1_000} s`)
          : error;
      });
      tools.push(...listed.tools.slice(0, maxListedTools + 1));
      if (tools.length > maxListedTools)
        throw new SessionError("failed", `It lists more than ${maxListedTools} tools, which nobody can use`);
      cursor = listed.nextCursor;
      if (cursor === undefined) return tools;
    }
    throw new SessionError("failed", `Its list of tools has more than ${maxPages} pages`);
  }

  /** @throws {SessionError}, or the signal's reason */
  async call(name: string, input: Readonly<Record<string, unknown>>, options: CallOptions): Promise<RawResult> {
    const params = { name, arguments: { ...input }, _meta: { ...options.meta } };
    const late = new AbortController();
    const call = this.#calls.open({ ...options, onTimeout: () => late.abort(new Error("It did not answer in time")) });
    try {
      return await this.#within(options.signal, (inner) =>
        this.#client.request({ method: "tools/call", params }, callResult, {
          timeout: longestCallMs,
          signal: AbortSignal.any([inner, late.signal]),
          onprogress: options.onProgress,
        }),
      );
    } catch (error) {
      options.signal.throwIfAborted();
      if (!late.signal.aborted) throw error;
      void this.#mustLive();
      throw new SessionError("timeout", "It did not answer in time", { cause: error });
    } finally {
      call.close();
    }
  }

  /** Breaks it; the first reason stands. */
  fail(reason: string): void {
    this.#link.fail(reason);
  }

  async close(graceMs: number): Promise<void> {
    await this.#link.close(graceMs);
  }

  /** A call that took too long may be the tool's fault or the server's. */
  async #mustLive(): Promise<void> {
    try {
      await this.#client.ping({ timeout: pingMs });
    } catch (error) {
      if (codeOf(error) === methodNotFound) return;
      this.fail("It hangs: it answers neither a call nor a ping");
    }
  }

  /** Runs one request with a signal of its own, so that nothing stays on the caller's. */
  async #within<Result>(signal: AbortSignal, run: (inner: AbortSignal) => Promise<Result>): Promise<Result> {
    signal.throwIfAborted();
    const inner = new AbortController();
    const abort = () => inner.abort(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    try {
      return await run(inner.signal);
    } catch (error) {
      signal.throwIfAborted();
      throw this.#explained(error);
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  /** Its end may not have come to us yet. */
  #isEndedByUs(): boolean {
    return this.#reason === undefined || this.#reason === endedByUs;
  }

  #explained(cause: unknown): SessionError {
    if (cause instanceof SessionError) return cause;
    if (this.#reason !== undefined) return new SessionError("lost", this.#reason, { cause });
    if (this.#isGreeted() && isForgotten(cause)) {
      this.fail("It has forgotten the session");
      return new SessionError("forgotten", "It has forgotten the session", { cause });
    }
    if (codeOf(cause) === requestTimeout) return new SessionError("timeout", "It did not answer in time", { cause });
    return new SessionError("failed", this.#reasonOf(cause), { cause });
  }

  #isGreeted(): boolean {
    return this.#client.getServerCapabilities() !== undefined;
  }

  #reasonOf(cause: unknown): string {
    if (cause instanceof z.core.$ZodError) return "Its answer is not of the form that the protocol has";
    const message = cause instanceof Error ? cause.message : String(cause);
    const own = message.slice(0, maxErrorChars).replace(/^(MCP error -?\d+|Streamable HTTP error): /, "");
    return this.#ports.hide(neutraliseLine(own));
  }
}

function codeOf(error: unknown): number | undefined {
  return error instanceof McpError ? error.code : undefined;
}

/** The protocol says 404; the reference server says 400, and that it knows no such session. */
function isForgotten(error: unknown): boolean {
  if (!(error instanceof StreamableHTTPError)) return false;
  return error.code === 404 || (error.code === 400 && /session/i.test(error.message));
}

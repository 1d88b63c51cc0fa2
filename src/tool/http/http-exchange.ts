// One call of an http tool: each request of it, also one that a redirect asks for, is held against the lists and the rules of addresses.

import { createHash } from "node:crypto";
import type { HttpToolConfig } from "../../manifest/tools/config.ts";
import { allowsRequest, trickOf } from "../../manifest/tools/http-rule.ts";
import { formatHttpRule } from "../../manifest/tools/http.ts";
import { formatDuration } from "../../manifest/units.ts";
import { carriedTrace } from "../carried-trace.ts";
import { ToolError, type ToolContext } from "../contract.ts";
import { redaction, type Redaction } from "../redact.ts";
import { answerText, headerOf } from "./answer-text.ts";
import { destination, type Resolver } from "./destination.ts";
import { sendOnce, type HttpAnswer } from "./send-once.ts";

interface Wanted {
  readonly method: string;
  readonly url: string;
  readonly body?: string;
}

interface Hop {
  readonly method: string;
  readonly url: URL;
  readonly body?: string;
}

const maxRedirects = 5;
const redirects = [301, 302, 303, 307, 308];
/** So much of a body stands in a question; of a longer one its length and hash do, too. */
const shownBodyChars = 2000;

export class HttpExchange {
  readonly #config: HttpToolConfig;
  readonly #resolve: Resolver;
  readonly #context: ToolContext;
  readonly #redact: Redaction;

  constructor(config: HttpToolConfig, resolve: Resolver, context: ToolContext) {
    this.#config = config;
    this.#resolve = resolve;
    this.#context = context;
    this.#redact = redaction(Object.values(config.headers));
  }

  /** What the model reads. Rejects with a `ToolError`, or with the reason of the turn's signal. */
  async run({ method, url, body }: Wanted): Promise<string> {
    const first = { method, url: parsed(url), ...(body === undefined ? {} : { body }) };
    await this.#admit(first);
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), this.#config.timeoutMs);
    const signal = AbortSignal.any([this.#context.signal, deadline.signal]);
    try {
      return this.#textOf(await this.#follow(first, signal));
    } catch (error) {
      this.#context.signal.throwIfAborted();
      if (deadline.signal.aborted) throw this.#tooLate();
      throw this.#failure(error);
    } finally {
      clearTimeout(timer);
    }
  }

  async #follow(first: Hop, signal: AbortSignal): Promise<HttpAnswer> {
    let hop = first;
    for (let count = 0; count <= maxRedirects; count++) {
      const answer = await this.#send(hop, hop.url.origin === first.url.origin, signal);
      const target = redirects.includes(answer.status) ? headerOf(answer, "location") : undefined;
      if (target === undefined) return answer;
      hop = redirected(hop, answer.status, target);
      await this.#admit(hop, "The server redirects to a URL that is not allowed");
    }
    throw new ToolError("failed", `The server redirects more than ${maxRedirects} times`);
  }

  async #send({ method, url, body }: Hop, isFirstOrigin: boolean, signal: AbortSignal): Promise<HttpAnswer> {
    const { private: privately, maxResponseBytes: maxBytes } = this.#config;
    const address = await destination(url, privately, this.#resolve, signal);
    const trace = carriedTrace(this.#config, this.#context);
    const headers = { ...headersFor(body), ...trace, ...(isFirstOrigin ? this.#secretHeaders() : {}) };
    const answer = await sendOnce({
      method,
      url,
      address,
      headers,
      maxBytes,
      signal,
      ...(body === undefined ? {} : { body }),
    });
    const encoding = headerOf(answer, "content-encoding") ?? "identity";
    if (encoding !== "identity") throw new ToolError("failed", "The answer is compressed, which nobody asked for");
    return answer;
  }

  #secretHeaders(): Record<string, string> {
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(this.#config.headers)) headers[name.toLowerCase()] = value.reveal();
    return headers;
  }

  /** What is asked for is asked for, and what no list has is denied. */
  async #admit(hop: Hop, refusal = "That request is not allowed"): Promise<void> {
    const { allow, ask } = this.#config;
    if (allowsRequest(ask, hop.method, hop.url)) return this.#ask(hop);
    if (allowsRequest(allow, hop.method, hop.url)) return;
    const trick = trickOf(hop.url);
    const rules = [...allow, ...ask].slice(0, 30).map(formatHttpRule).join("; ");
    const why = trick === undefined ? `Allowed are URLs that begin with: ${rules}` : `Its path has ${trick}`;
    throw new ToolError("denied", this.#redact(`${refusal}: ${hop.method} ${hop.url.href.slice(0, 300)}. ${why}`));
  }

  async #ask({ method, url, body }: Hop): Promise<void> {
    const { name } = this.#config;
    const key = JSON.stringify([name, method, url.href, body ?? null]);
    const approval = await this.#context.approve({ tool: name, action: actionText(method, url, body), key });
    if (!approval.isGranted) throw new ToolError("denied", `This was not approved: ${approval.reason}`);
  }

  #textOf(answer: HttpAnswer): string {
    const text = answerText(answer, this.#redact, this.#config.maxOutputBytes);
    if (answer.status < 400) return text;
    throw new ToolError("failed", text);
  }

  #tooLate(): ToolError {
    return new ToolError("timeout", `There was no whole answer within ${formatDuration(this.#config.timeoutMs)}`);
  }

  /** What a connection fails with may repeat what was sent: its code says enough. */
  #failure(error: unknown): unknown {
    if (error instanceof ToolError) return error;
    const code = error instanceof Error && "code" in error ? String(error.code) : "no answer";
    return new ToolError("failed", `The server cannot be reached or does not speak HTTP: ${code}`);
  }
}

function parsed(text: string): URL {
  if (!URL.canParse(text))
    throw new ToolError("invalid", 'That is no URL. Give the whole URL, such as "http://host/path"');
  const url = new URL(text);
  url.hash = "";
  return url;
}

function redirected({ method, url, body }: Hop, status: number, target: string): Hop {
  if (!URL.canParse(target, url.href)) throw new ToolError("failed", "The server redirects to what is no URL");
  const next = new URL(target, url.href);
  next.hash = "";
  const isKept = status === 307 || status === 308 || method === "GET" || method === "HEAD";
  return isKept ? { method, url: next, ...(body === undefined ? {} : { body }) } : { method: "GET", url: next };
}

function actionText(method: string, url: URL, body: string | undefined): string {
  if (body === undefined) return `${method} ${url.href}`;
  const hash = createHash("sha256").update(body).digest("hex");
  const rest = body.length > shownBodyChars ? `… (${body.length} characters, SHA-256 ${hash})` : "";
  return `${method} ${url.href} with ${JSON.stringify(body.slice(0, shownBodyChars))}${rest}`;
}

function headersFor(body: string | undefined): Record<string, string> {
  const usual = { "user-agent": "muster", accept: "*/*", "accept-encoding": "identity" };
  if (body === undefined) return usual;
  return { ...usual, "content-type": isJson(body) ? "application/json" : "text/plain; charset=utf-8" };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false; // A SyntaxError: some other text.
  }
}

// A stand-in for model servers: it speaks as Ollama, as OpenAI and as Anthropic, says what its script says, and goes wrong on purpose.
// It runs inside a test, or as a process: `bun test/support/scripted-model.ts --port 0 [--host ADDRESS]` prints its URL.

import { parseArgs } from "node:util";
import { answerStream, untilAborted } from "./scripted-model/answer-stream.ts";
import type { DialectName, Records } from "./scripted-model/dialect.ts";
import { recordsOf } from "./scripted-model/dialect.ts";
import { embeddingAnswer } from "./scripted-model/embeddings.ts";
import { Received } from "./scripted-model/received.ts";
import type { Script } from "./scripted-model/script.ts";
import { scriptInName } from "./scripted-model/script.ts";

export type { Script } from "./scripted-model/script.ts";
export type { ReceivedRequest } from "./scripted-model/received.ts";

export interface ScriptedModel extends AsyncDisposable {
  /** Base URL for Ollama and Anthropic; an OpenAI-compatible endpoint's is `${url}/v1`. */
  readonly url: string;
  readonly port: number;
  readonly received: Received;
  /** Sets what a model does from now on; a name with `?key=value&…` carries its own script. */
  script(model: string, script: Script): void;
  stop(): Promise<void>;
}

export interface ScriptedModelOptions {
  readonly port?: number;
  /** Default: loopback. */
  readonly host?: string;
  readonly tls?: { readonly cert: string; readonly key: string };
}

export function startScriptedModel(options: ScriptedModelOptions = {}): ScriptedModel {
  const scripts = new Map<string, Script>();
  const received = new Received();
  const answers = new Answers(scripts, received);
  const host = options.host ?? "127.0.0.1";
  const server = Bun.serve({
    hostname: host,
    port: options.port ?? 0,
    idleTimeout: 0,
    development: false,
    maxRequestBodySize: 256 * 1024 * 1024,
    ...(options.tls === undefined ? {} : { tls: options.tls }),
    fetch: (request) => answers.route(request),
    error: () => new Response("Scripted failure", { status: 500 }),
  });
  const port = server.port ?? 0;
  const stop = () => server.stop(true);
  return {
    url: `${options.tls === undefined ? "http" : "https"}://${host}:${port}`,
    port,
    received,
    script: (model, script) => void scripts.set(model, script),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

type Body = Readonly<Record<string, unknown>>;

class Answers {
  readonly #scripts: Map<string, Script>;
  readonly #received: Received;
  readonly #records = new Map<string, { readonly script: Script; readonly records: Records }>();
  /** Answers given so far by scripts that have steps. */
  readonly #taken = new WeakMap<Script, number>();
  /** The server's only slot, for scripts that evaluate a prompt. */
  #evaluating: Promise<void> = Promise.resolve();

  constructor(scripts: Map<string, Script>, received: Received) {
    this.#scripts = scripts;
    this.#received = received;
  }

  async route(request: Request): Promise<Response> {
    const path = new URL(request.url).pathname;
    const body = request.method === "POST" ? asBody(await request.json()) : {};
    switch (path) {
      case "/control/script":
        this.#scripts.set(textOf(body["model"]), asBody(body["script"]));
        return Response.json({ ok: true });
      case "/control/received":
        return Response.json({
          total: this.#received.total,
          concurrent: this.#received.concurrent,
          authorization: this.#received.chats().at(-1)?.headers.get("authorization") ?? null,
        });
      case "/api/chat":
        return this.#answer("ollama", path, body, request);
      case "/v1/chat/completions":
        return this.#answer("openai", path, body, request);
      case "/v1/messages":
        return this.#answer("anthropic", path, body, request);
      case "/api/embed":
        return this.#embed("ollama", path, body, request);
      case "/v1/embeddings":
        return this.#embed("openai", path, body, request);
      default:
        return this.#tell(path, body, request);
    }
  }

  #tell(path: string, body: Body, request: Request): Response | Promise<Response> {
    const model = textOf(body["model"] ?? body["name"]);
    const ended = Promise.resolve("complete" as const);
    this.#received.add({ path, model, headers: request.headers, body, ended });
    const script = this.#scriptOf(model);
    switch (path) {
      case "/api/version":
        return Response.json({ version: "0.0.0-scripted" });
      case "/api/tags":
        return Response.json({ models: this.#listed(({ sizeBytes }) => ({ size: sizeBytes })) });
      case "/api/ps":
        return Response.json({
          models: this.#listed(({ loadedBytes, loadedContext }) =>
            loadedBytes === undefined ? undefined : { size: loadedBytes, context_length: loadedContext },
          ),
        });
      case "/api/show":
        return script.missing === true ? notFound(model) : Response.json(shown(script));
      case "/api/pull":
        return this.#pull(model, script);
      case "/v1/models":
        return Response.json({
          object: "list",
          data: [...this.#scripts.keys()].map((id) => ({ id, object: "model" })),
        });
      default:
        return Response.json({ error: `no route ${path}` }, { status: 404 });
    }
  }

  #listed(facts: (script: Script) => object | undefined): object[] {
    return [...this.#scripts].flatMap(([name, script]) => {
      const found = facts(script);
      return found === undefined ? [] : [{ name, model: name, ...found }];
    });
  }

  async #embed(dialect: "ollama" | "openai", path: string, body: Body, request: Request): Promise<Response> {
    const { model, script, end } = this.#begin(path, body, request);
    await this.#beforeHeaders(script, false, request.signal);
    end("complete");
    if (script.missing === true || script.status !== undefined) {
      return script.missing === true ? notFound(model) : failure(script);
    }
    return embeddingAnswer(dialect, script, body);
  }

  #begin(path: string, body: Body, request: Request) {
    const model = textOf(body["model"]);
    const script = this.#stepOf(this.#scriptOf(model));
    const ended = Promise.withResolvers<"complete" | "broken" | "aborted">();
    this.#received.begin();
    let isOver = false;
    const end = (how: "complete" | "broken" | "aborted") => {
      if (isOver) return;
      isOver = true;
      this.#received.end();
      ended.resolve(how);
    };
    request.signal.addEventListener("abort", () => end("aborted"), { once: true });
    this.#received.add({ path, model, headers: request.headers, body, ended: ended.promise });
    return { model, script, end };
  }

  async #answer(dialect: DialectName, path: string, body: Body, request: Request): Promise<Response> {
    const { model, script, end } = this.#begin(path, body, request);
    await this.#beforeHeaders(script, isProbe(body), request.signal);
    if (script.takesTools === false && body["tools"] !== undefined) {
      end("complete");
      return Response.json({ error: `"${model}" does not support tools` }, { status: 400 });
    }
    if (script.refusesFormat !== undefined && (body["format"] ?? body["response_format"]) !== undefined) {
      end("complete");
      return Response.json(
        { error: "failed to load model vocabulary required for format" },
        { status: script.refusesFormat },
      );
    }
    if (script.missing === true || script.status !== undefined) {
      end("complete");
      return script.missing === true ? notFound(model) : failure(script);
    }
    const records = this.#recordsOf(dialect, model, script);
    const stream = answerStream(script, records, request.signal, end);
    return new Response(stream, { headers: { "content-type": records.contentType } });
  }

  async #beforeHeaders(script: Script, isShort: boolean, signal: AbortSignal): Promise<void> {
    if (script.hang === true) await untilAborted(signal);
    if (script.headersAfterMs !== undefined) await Bun.sleep(script.headersAfterMs);
    if (script.evaluateMs === undefined) return;
    const { evaluateMs } = script;
    const mine = this.#evaluating.then(() => Bun.sleep(isShort ? 0 : evaluateMs));
    this.#evaluating = mine;
    await mine;
  }

  #pull(model: string, script: Script): Response {
    const steps = 4;
    const total = script.pullBytes ?? 4_000;
    const lines = async function* (forget: () => void) {
      yield '{"status":"pulling manifest"}\n';
      for (let step = 1; step <= steps; step++) {
        await Bun.sleep(script.pullStepMs ?? 1);
        yield `${JSON.stringify({ status: "pulling", digest: "sha256:1", total, completed: (total / steps) * step })}\n`;
      }
      if (script.pullError === undefined) forget();
      yield script.pullError === undefined
        ? '{"status":"success"}\n'
        : `${JSON.stringify({ error: script.pullError })}\n`;
    };
    return new Response(lines(() => void this.#scripts.set(model, { ...script, missing: false })));
  }

  #scriptOf(model: string): Script {
    const script = this.#scripts.get(model) ?? scriptInName(model) ?? {};
    if (!this.#scripts.has(model)) this.#scripts.set(model, script);
    return script;
  }

  #stepOf(script: Script): Script {
    if (script.steps === undefined) return script;
    const taken = this.#taken.get(script) ?? 0;
    this.#taken.set(script, taken + 1);
    return script.steps[taken % script.steps.length] ?? {};
  }

  #recordsOf(dialect: DialectName, model: string, script: Script): Records {
    const key = `${dialect} ${model}`;
    const known = this.#records.get(key);
    if (known?.script === script) return known.records;
    const records = recordsOf(dialect, model, script);
    this.#records.set(key, { script, records });
    return records;
  }
}

function shown(script: Script): object {
  return {
    model_info: { "general.architecture": "scripted", "scripted.context_length": script.contextTokens ?? 8192 },
    capabilities: [
      "completion",
      ...(script.takesTools === false ? [] : ["tools"]),
      ...(script.sees === true ? ["vision"] : []),
    ],
  };
}

function notFound(model: string): Response {
  return Response.json({ error: `model '${model}' not found` }, { status: 404 });
}

function failure(script: Script): Response {
  const headers = script.retryAfter === undefined ? {} : { "retry-after": script.retryAfter };
  const text = script.errorText ?? "scripted error";
  return Response.json({ error: { message: text, type: "scripted" } }, { status: script.status ?? 500, headers });
}

function isProbe(body: Body): boolean {
  return asBody(body["options"])["num_predict"] === 1;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function asBody(value: unknown): Body {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { port: { type: "string" }, host: { type: "string" } } });
  const { host, port = "0" } = values;
  const server = startScriptedModel({ port: Number(port), ...(host === undefined ? {} : { host }) });
  console.log(server.url);
}

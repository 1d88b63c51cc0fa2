// The built-in engine with a real small model: answers, and every way that its child can go.

import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ModelConfig } from "../../../src/manifest/manifest.ts";
import { createBuiltinProvider } from "../../../src/model/builtin/provider.ts";
import type { WatchdogBounds } from "../../../src/model/builtin/watchdog.ts";
import { parseRecord } from "../../../src/model/json.ts";
import type { ModelEvent, ModelUsage } from "../../../src/model/contract.ts";
import type { Provider } from "../../../src/model/provider.ts";
import type { Logger } from "../../../src/telemetry/log.ts";
import { engineFolder, missingForEngine } from "../../support/engine-folder.ts";
import { descendantsWith } from "../../support/child-processes.ts";
import { writtenBytes } from "../../support/disk-writes.ts";
import { mayRun } from "../../support/may-run.ts";
import { missingForOllama, smallModelFile } from "../../support/ollama/ollama.ts";

const missing = missingForEngine() ?? missingForOllama();
const longMs = 120_000;
const story = "Write a long story about a dog and a cat.";

describe.if(mayRun("the built-in engine", missing))("the built-in engine", () => {
  let stateDir: string;
  let file: string;
  let folder: string;
  const open: Provider[] = [];

  beforeAll(async () => {
    stateDir = await mkdtemp(join(tmpdir(), "muster-engine-"));
    file = await smallModelFile();
    folder = await engineFolder();
  }, longMs);

  afterEach(async () => {
    await Promise.all(open.splice(0).map((provider) => provider.close()));
  });

  afterAll(async () => {
    await rm(stateDir, { recursive: true, force: true });
  });

  function provider(
    options: Partial<ModelConfig> = {},
    parallel = 1,
    bounds: WatchdogBounds = { silenceMs: 10_000, loadSilenceMs: 60_000, stallMs: 60_000 },
  ): Provider {
    const model: ModelConfig = {
      ...{
        name: "pocket",
        endpoint: "engine",
        model: "smol",
        pull: "never",
        stop: [],
        budgets: [],
        temperature: 0,
        maxOutput: 40,
      },
      builtin: { file, threads: 1 },
      ...options,
    };
    const endpoint = {
      name: "engine",
      provider: "builtin",
      parallel,
      headers: {},
      connectTimeoutMs: 1_000,
      retries: 0,
      retryWithinMs: 30_000,
    } as const;
    const argv = [process.execPath, join(import.meta.dirname, "..", "..", "fixtures", "engine-child.ts")];
    const made = createBuiltinProvider(
      endpoint,
      model,
      { log: silent, stateDir, engineFolder: () => Promise.resolve(folder) },
      { argv, bounds, availability: { available: true, reason: "" } },
    );
    open.push(made);
    return made;
  }

  test.if(process.platform === "linux")(
    "the engine's child is the first that the system ends when memory runs out, and it writes next to nothing to disk",
    async () => {
      await answer(provider(), "Name a colour.");
      const [child] = await descendantsWith(process.pid, "engine-child.ts");
      const scores = [child, process.pid].map((pid) => Number(readFileSync(`/proc/${pid}/oom_score_adj`, "utf8")));
      expect(scores[0]).toBe(500);
      expect(scores[1]).toBeLessThan(500);
      expect(writtenBytes(child ?? 0)).toBeLessThan(64 * 1024);
    },
    longMs,
  );

  test(
    "streams an answer in pieces and reports what it counted",
    async () => {
      const { text, pieces, usage } = await answer(provider(), "Name three colours.");
      expect(text.length).toBeGreaterThan(5);
      expect(pieces).toBeGreaterThan(3);
      expect(usage).toMatchObject({ model: "pocket", provider: "builtin", estimated: false, cachedTokens: 0 });
      expect(usage.inputTokens).toBeGreaterThan(5);
      expect(usage.inputTokens).toBeLessThan(60);
      expect(usage.outputTokens).toBeGreaterThan(3);
      expect(usage.outputTokens).toBeLessThanOrEqual(40);
      expect(usage.firstTokenMs).toBeLessThanOrEqual(usage.totalMs);
    },
    longMs,
  );

  test(
    "says that max_output cut the answer, and keeps what it read for the next prompt",
    async () => {
      const engine = provider({ maxOutput: 5 });
      const first = await answer(engine, story);
      expect(first.usage).toMatchObject({ finish: "length", outputTokens: 5 });
      const second = await answer(engine, story);
      expect(second.usage.cachedTokens).toBe(first.usage.inputTokens - 1);
      expect(second.text).toBe(first.text);
    },
    longMs,
  );

  test(
    "refuses a prompt that is larger than the context, before it generates anything",
    async () => {
      const engine = provider({ context: 512 });
      const asked = answer(engine, "word ".repeat(600));
      expect(asked).rejects.toMatchObject({ name: "ModelError", kind: "overflow" });
      await asked.catch((error: unknown) => expect(String(error)).toContain("the context holds 512"));
      expect((await answer(engine, "Say hello.")).text).not.toBe("");
    },
    longMs,
  );

  test(
    "ends the answer with length when the context is full, and forgets nothing to go on",
    async () => {
      const schema = { type: "object", properties: { story: { type: "string", minLength: 600 } } };
      const engine = provider({ context: 256, maxOutput: 1_000, schema });
      const { usage } = await answer(engine, `${"word ".repeat(150)} ${story}`);
      expect(usage.finish).toBe("length");
      expect(usage.inputTokens + usage.outputTokens).toBe(255);
    },
    longMs,
  );

  test(
    "stops at a text of its list and leaves it out",
    async () => {
      const { text, usage } = await answer(
        provider({ stop: ["2."], maxOutput: 60 }),
        "Count: 1. 2. 3. Go on like this.",
      );
      expect(text).not.toContain("2.");
      expect(usage.finish).toBe("stop");
    },
    longMs,
  );

  test(
    "follows a JSON schema",
    async () => {
      const schema = {
        type: "object",
        properties: { colour: { type: "string", maxLength: 10 }, count: { type: "integer" } },
      };
      const { text } = await answer(provider({ schema, maxOutput: 100 }), "A red ball and two more red balls.");
      const parsed = parseRecord(text);
      expect(typeof parsed?.["colour"]).toBe("string");
      expect(Number.isInteger(parsed?.["count"])).toBe(true);
    },
    longMs,
  );

  test(
    "an abort stops it between two tokens, and the next answer needs no new child",
    async () => {
      const engine = provider({ maxOutput: 2_000 });
      const controller = new AbortController();
      const running = engine.chat(request(story), controller.signal)[Symbol.asyncIterator]();
      await running.next();
      const pid = await childOf(process.pid);
      controller.abort(new Error("the caller left"));
      const abortedAt = performance.now();
      expect(drain(running)).rejects.toThrow("the caller left");
      await engine.settle?.(new AbortController().signal);
      expect(performance.now() - abortedAt).toBeLessThan(2_000);
      await answer(engine, "Say hello.", 5);
      expect(await childOf(process.pid)).toBe(pid);
    },
    longMs,
  );

  test(
    "an abort while it reads a long prompt stops it too",
    async () => {
      const engine = provider({ context: 8_192 });
      await answer(engine, "Say hello.");
      const controller = new AbortController();
      const asked = drain(engine.chat(request("word ".repeat(7_000)), controller.signal)[Symbol.asyncIterator]());
      setTimeout(() => controller.abort(new Error("enough")), 300);
      expect(asked).rejects.toThrow("enough");
      await asked.catch(() => undefined);
      const abortedAt = performance.now();
      await engine.settle?.(new AbortController().signal);
      expect(performance.now() - abortedAt).toBeLessThan(2_000);
    },
    longMs,
  );

  test(
    "SIGKILL of the child costs the turn, and the next prompt is answered by a new one",
    async () => {
      const engine = provider({ maxOutput: 2_000 });
      const running = engine.chat(request(story), new AbortController().signal)[Symbol.asyncIterator]();
      await running.next();
      const pid = await childOf(process.pid);
      process.kill(pid, "SIGKILL");
      const broken = drain(running);
      expect(broken).rejects.toMatchObject({ name: "ModelError", kind: "invalid" });
      await broken.catch((error: unknown) => expect(String(error)).toContain("SIGKILL"));
      const again = engine.chat(request("Say hello."), new AbortController().signal)[Symbol.asyncIterator]();
      expect((await again.next()).value).toMatchObject({ type: "text" });
      await again.return?.();
      expect(await childOf(process.pid)).not.toBe(pid);
    },
    longMs,
  );

  test(
    "a child that hangs is ended by the watchdog, and costs one turn",
    async () => {
      const engine = provider({ maxOutput: 2_000 }, 1, { silenceMs: 2_500, loadSilenceMs: 60_000, stallMs: 60_000 });
      const running = engine.chat(request(story), new AbortController().signal)[Symbol.asyncIterator]();
      await running.next();
      const pid = await childOf(process.pid);
      process.kill(pid, "SIGSTOP");
      const hung = drain(running);
      expect(hung).rejects.toMatchObject({ kind: "invalid" });
      await hung.catch((error: unknown) => expect(String(error)).toContain("no sign of life"));
      expect((await answer(engine, story, 3)).text).not.toBe("");
    },
    longMs,
  );

  test(
    "keep_alive 0 ends the child after the answer and gives its memory back",
    async () => {
      const engine = provider({ keepAliveMs: 0 });
      const running = engine.chat(request("Say hello."), new AbortController().signal)[Symbol.asyncIterator]();
      await running.next();
      const pid = await childOf(process.pid);
      await drain(running);
      await until(() => !existsSync(`/proc/${pid}`));
      expect((await answer(engine, "Say hello.")).text).not.toBe("");
    },
    longMs,
  );

  test(
    "two calls at once share one child when the endpoint has two slots",
    async () => {
      const engine = provider({}, 2);
      const answers = await Promise.all([answer(engine, "Say hello."), answer(engine, "Name a colour.")]);
      for (const { text } of answers) expect(text).not.toBe("");
    },
    longMs,
  );

  test("a file that is no model is refused by a look, and a missing one is not present", async () => {
    const wrong = provider({ builtin: { file: import.meta.path, threads: 1 } });
    expect(wrong.look(new AbortController().signal)).rejects.toThrow("is not a GGUF file");
    const none = provider({ builtin: { file: join(stateDir, "none.gguf"), threads: 1 } });
    expect(await none.look(new AbortController().signal)).toMatchObject({ isPresent: false });
    expect(answer(none, "hello")).rejects.toMatchObject({ kind: "not-found" });
  });

  test.if(process.platform === "linux")(
    "a model that does not fit is told before a child is started; one that is loaded is not asked about",
    async () => {
      const signal = AbortSignal.timeout(longMs);
      const large = provider({ ramBytes: 2 ** 50 });
      expect(await large.shortage?.(signal)).toMatchObject({ needBytes: 2 ** 50 });
      await answer(large, "Say hello.");
      expect(await large.shortage?.(signal)).toBeUndefined();
      expect(await provider().shortage?.(signal)).toBeUndefined();
      const most = provider({ context: 2048 }, 100_000);
      expect((await most.shortage?.(signal))?.needBytes).toBeGreaterThan(100_000 * 2048 * 30 * 3 * 128 * 2);
      expect(await provider({ context: 2048, ramBytes: 0 }, 100_000).shortage?.(signal)).toBeUndefined();
    },
    longMs,
  );

  test("the child ends when its input ends, in the middle of an answer", async () => {
    const argv = [process.execPath, join(import.meta.dirname, "..", "..", "fixtures", "engine-child.ts")];
    const child = Bun.spawn(argv, { stdin: "pipe", stdout: "pipe", stderr: "ignore" });
    const load = { type: "load", folder, file, context: 2_048, parallel: 1, threads: 1 };
    const chat = { type: "chat", id: 1, messages: [{ role: "user", text: story }], options: { stop: [] } };
    await child.stdin.write(`${JSON.stringify(load)}\n${JSON.stringify(chat)}\n`);
    await child.stdin.flush();
    const reader = child.stdout.getReader();
    let seen = "";
    while (!seen.includes('"text"')) seen += new TextDecoder().decode((await reader.read()).value);
    const endedAt = performance.now();
    await child.stdin.end();
    await child.exited;
    expect(performance.now() - endedAt).toBeLessThan(2_000);
    await reader.cancel();
  }, 60_000);
});

const silent: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore, with: () => silent };

function ignore(): void {
  return;
}

function request(text: string) {
  return { agent: "tester", messages: [{ role: "user", text }] as const };
}

async function answer(
  provider: Provider,
  text: string,
  most = Number.POSITIVE_INFINITY,
): Promise<{ text: string; pieces: number; usage: ModelUsage }> {
  let pieces = 0;
  let whole = "";
  let usage: ModelUsage | undefined;
  for await (const event of provider.chat(request(text), new AbortController().signal)) {
    if (event.type === "text") {
      whole += event.text;
      pieces += 1;
    }
    if (event.type === "usage") usage = event.usage;
    if (pieces >= most) break;
  }
  if (usage === undefined && pieces < most) throw new Error("The answer ended without usage");
  return { text: whole, pieces, usage: usage ?? unknownUsage };
}

const unknownUsage: ModelUsage = {
  ...{ model: "", provider: "", inputTokens: 0, outputTokens: 0, estimated: true, finish: "stop", totalMs: 0 },
};

async function drain(events: AsyncIterator<ModelEvent>): Promise<void> {
  while ((await events.next()).done !== true);
}

/** The one child that this process has. */
async function childOf(pid: number): Promise<number> {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean);
  const [child] = children;
  if (child === undefined || children.length > 1) throw new Error(`Expected one child, found "${children.join(" ")}"`);
  return Promise.resolve(Number(child));
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await Bun.sleep(10);
}

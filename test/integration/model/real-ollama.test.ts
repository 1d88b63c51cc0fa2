// The Ollama provider against the real thing.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Models } from "../../../src/model/models.ts";
import { createModels } from "../../../src/model/models.ts";
import { mayRun } from "../../support/may-run.ts";
import {
  ask,
  chatRequest,
  endpointConfig,
  modelConfig,
  modelError,
  modelsConfig,
  providerPorts,
} from "../../support/model-fixtures.ts";
import { until } from "../../support/model-harness.ts";
import { missingForOllama, startOllama } from "../../support/ollama/ollama.ts";

const minuteMs = 120_000;

describe.if(mayRun("Ollama", missingForOllama()))("a real Ollama", () => {
  let ollama: Awaited<ReturnType<typeof startOllama>>;
  let models: Models;

  beforeAll(async () => {
    ollama = await startOllama({ parallel: 1, keepAlive: "30m" });
    const given = { model: ollama.model, maxOutput: 40, temperature: 0, seed: 1 };
    models = createModels(
      modelsConfig(
        [endpointConfig({ url: ollama.url })],
        [modelConfig({ ...given, context: 2048 }), modelConfig({ ...given, name: "huge", context: 1_000_000 })],
      ),
      providerPorts(),
    );
  }, minuteMs);

  afterAll(async () => {
    await models.close();
    await ollama.stop();
  });

  test(
    "answers with its own counts",
    async () => {
      const heard = await ask(models.chat(["m"]));
      expect(heard.error).toBeUndefined();
      expect(heard.text.length).toBeGreaterThan(0);
      expect(heard.usage).toMatchObject({ provider: "ollama", estimated: false });
    },
    minuteMs,
  );

  test(
    "never cuts a prompt that does not fit",
    async () => {
      const heard = await ask(models.chat(["m"]), chatRequest("word ".repeat(4_000)));
      expect(modelError(heard.error).kind).toBe("overflow");
    },
    minuteMs,
  );

  test(
    "tells the model's own limit and that it does not see",
    async () => {
      const model = models.chat(["huge"]);
      expect(await model.look(AbortSignal.timeout(10_000))).toEqual({ state: "reachable" });
      expect(model.contextTokens()).toBe(8192);
      expect(model.sees()).toBe(false);
    },
    minuteMs,
  );

  test(
    "is free at once after an abort in the middle of an answer",
    async () => {
      const caller = new AbortController();
      const events = models.chat(["m"]).chat(chatRequest("Count to a hundred."), caller.signal);
      let leftAt = 0;
      try {
        for await (const event of events) {
          if (event.type !== "text") continue;
          leftAt = performance.now();
          caller.abort(new Error("gone"));
        }
      } catch (error) {
        expect(error).toEqual(new Error("gone"));
      }
      expect(performance.now() - leftAt).toBeLessThan(1_000);
      expect(models.statuses()[0]).toMatchObject({ busy: 0, finishing: 0 });
    },
    minuteMs,
  );

  test(
    "is known to work on after an abort before the first text, until it is through",
    async () => {
      const caller = new AbortController();
      const heard = ask(models.chat(["m"]), chatRequest("The quick fox jumps. ".repeat(100)), caller.signal);
      await until(() => models.statuses()[0]?.busy === 1);
      await Bun.sleep(50);
      caller.abort(new Error("gone"));
      expect((await heard).error).toEqual(new Error("gone"));
      expect(models.statuses()[0]).toMatchObject({ busy: 0, finishing: 1 });
      expect((await ask(models.chat(["m"]))).error).toBeUndefined();
      expect(models.statuses()[0]).toMatchObject({ busy: 0, finishing: 0 });
    },
    minuteMs,
  );
});

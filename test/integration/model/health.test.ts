// What is known of endpoints while nobody prompts, and what a new configuration changes.

import { describe, expect, test } from "bun:test";
import type { ModelHealth } from "../../../src/model/contract.ts";
import { createModels } from "../../../src/model/models.ts";
import {
  ask,
  chatRequest,
  endpointConfig,
  hear,
  modelConfig,
  modelsConfig,
  providerPorts,
} from "../../support/model-fixtures.ts";
import { startHarness, until } from "../../support/model-harness.ts";
import { startScriptedModel } from "../../support/scripted-model.ts";

describe("health", () => {
  test("is made once however many agents look at one model", async () => {
    await using harness = startHarness();
    const others = Array.from({ length: 100 }, () => harness.models.chat(["m"]));
    await Promise.all(others.map((model) => model.look(AbortSignal.timeout(2_000))));
    expect(harness.server.received.requests.map(({ path }) => path)).toEqual(["/api/show", "/api/tags"]);
  });

  test("comes back by itself after the endpoint did, and listeners hear of both", async () => {
    const server = startScriptedModel();
    await using harness = startHarness({ endpoint: { url: server.url } });
    const heard: ModelHealth["state"][] = [];
    const stop = harness.model.onHealthChange((health) => heard.push(health.state));
    await ask(harness.model);
    await server.stop();
    await harness.model.look(AbortSignal.timeout(2_000));
    expect(harness.model.health()).toMatchObject({ state: "unreachable", retryAfterS: 1 });
    const again = startScriptedModel({ port: server.port });
    await until(() => harness.model.health().state === "reachable");
    expect(heard).toEqual(["reachable", "unreachable", "reachable"]);
    stop();
    await again.stop();
  });

  test("is looked at when a stream broke off: the endpoint may be gone", async () => {
    const server = startScriptedModel();
    await using harness = startHarness({ endpoint: { url: server.url } });
    server.script("m", { stallAfter: 1 });
    const heard = ask(harness.model);
    await until(() => harness.model.health().state === "reachable");
    await server.stop();
    expect((await heard).error).toMatchObject({ kind: "invalid" });
    await until(() => harness.model.health().state === "unreachable");
  });
});

describe("reconcile", () => {
  test("keeps what didn't change, with its queue, and moves names to what did", async () => {
    const server = startScriptedModel();
    const [one, other] = [endpointConfig({ url: server.url }), endpointConfig({ url: server.url, parallel: 2 })];
    const models = createModels(modelsConfig([one], [modelConfig()]), providerPorts());
    const model = models.chat(["m"]);
    server.script("m", { stallAfter: 1 });
    const caller = new AbortController();
    const held = hear(model.chat(chatRequest(), caller.signal));
    await until(() => model.health().state === "reachable");
    models.reconcile(modelsConfig([other], [modelConfig({ model: "m2" })]));
    expect(models.statuses()[0]).toMatchObject({ parallel: 2, busy: 1, health: { state: "reachable" } });
    server.script("m2", { text: "new" });
    expect((await ask(model)).text).toBe("new");
    caller.abort(new Error("gone"));
    await held;
    await models.close();
    await server.stop();
  });

  test("lets calls end that use an endpoint declared no longer", async () => {
    const server = startScriptedModel();
    const models = createModels(modelsConfig([endpointConfig({ url: server.url })], [modelConfig()]), providerPorts());
    const model = models.chat(["m"]);
    server.script("m", { tokens: 10, delayMs: 10 });
    const heard = ask(model);
    await server.received.request(({ path }) => path === "/api/chat");
    models.reconcile(modelsConfig([], []));
    expect(models.statuses()).toEqual([]);
    expect(() => models.chat(["m"])).toThrow('"m"');
    expect((await heard).error).toBeUndefined();
    await models.close();
    await server.stop();
  });
});

// What is asked of an Ollama on this machine when its models are larger than the memory.

import { expect, test } from "bun:test";
import { createModels } from "../../../src/model/models.ts";
import {
  ask,
  endpointConfig,
  modelConfig,
  modelError,
  modelsConfig,
  providerPorts,
} from "../../support/model-fixtures.ts";
import { startHarness } from "../../support/model-harness.ts";
import { startScriptedModel } from "../../support/scripted-model.ts";

const huge = 2 ** 50;
const never = new AbortController().signal;

test.if(process.platform === "linux")("a model that does not fit is not asked for, and the text says why", async () => {
  await using harness = startHarness();
  harness.server.script("m", { sizeBytes: huge });
  const error = modelError((await ask(harness.model)).error);
  expect(error).toMatchObject({ kind: "no-memory" });
  expect(error.message).toMatch(
    /^Model "m" needs about 1048576\.0 GB of memory to be loaded, and [\d.]+ GB can be had: /,
  );
  expect(harness.server.received.chats()).toEqual([]);
  expect(harness.model.health()).toMatchObject({ state: "no-memory" });
  expect(harness.models.statuses()[0]).toMatchObject({ busy: 0, finishing: 0, waiting: 0 });
});

test.if(process.platform === "linux")("a look is enough to know it, and what became smaller is taken", async () => {
  await using harness = startHarness();
  harness.server.script("m", { sizeBytes: huge });
  expect(await harness.model.look(never)).toMatchObject({ state: "no-memory" });
  harness.server.script("m", { sizeBytes: 1000 });
  await Bun.sleep(2_100); // A look counts for two seconds.
  expect(await harness.model.look(never)).toEqual({ state: "reachable" });
  expect((await ask(harness.model)).error).toBeUndefined();
});

test("a model that is loaded already is asked for, whatever it takes", async () => {
  await using harness = startHarness();
  harness.server.script("m", { sizeBytes: huge, loadedBytes: huge });
  expect((await ask(harness.model)).error).toBeUndefined();
});

test("what Ollama would unload for it counts as free, its own load with another context, too", async () => {
  await using harness = startHarness({ model: { context: 4096 } });
  harness.server.script("m", { sizeBytes: huge });
  harness.server.script("other", { loadedBytes: huge });
  expect((await ask(harness.model)).error).toBeUndefined();
  harness.server.script("other", {});
  harness.server.script("m", { sizeBytes: huge, loadedBytes: huge, loadedContext: 2048 });
  expect((await ask(harness.model)).error).toBeUndefined();
});

test("models.<name>.ram takes the place of the estimate, and 0 ends the question", async () => {
  await using harness = startHarness({ model: { ramBytes: 0 } });
  harness.server.script("m", { sizeBytes: huge });
  expect((await ask(harness.model)).error).toBeUndefined();
  expect(harness.server.received.requests.map(({ path }) => path)).toEqual(["/api/chat"]);
  await using other = startHarness({ model: { ramBytes: huge } });
  expect(modelError((await ask(other.model)).error).kind).toBe(process.platform === "linux" ? "no-memory" : "invalid");
});

test("in a chain the next model serves", async () => {
  await using server = startScriptedModel();
  server.script("large", { sizeBytes: huge });
  server.script("small", { sizeBytes: 1000, text: "small" });
  const declared = ["large", "small"].map((name) => modelConfig({ name, model: name }));
  const models = createModels(modelsConfig([endpointConfig({ url: server.url })], declared), providerPorts());
  const heard = await ask(models.chat(["large", "small"]));
  expect([heard.error, heard.text]).toEqual([undefined, "small"]);
  await models.close();
});

test("an Ollama that answers calls and no questions is called", async () => {
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request) =>
      new URL(request.url).pathname === "/api/chat"
        ? new Response('{"message":{"content":"yes"}}\n{"done":true,"done_reason":"stop"}\n')
        : new Response("no", { status: 403 }),
  });
  const url = `http://127.0.0.1:${server.port ?? 0}`;
  const models = createModels(modelsConfig([endpointConfig({ url })], [modelConfig()]), providerPorts());
  expect((await ask(models.chat(["m"]))).text).toBe("yes");
  await models.close();
  await server.stop(true);
});

// One endpoint that holds one model at a time, shared by agents of two: what the endpoint sees of their calls.

import { expect, test } from "bun:test";
import { createModels } from "../../../src/model/models.ts";
import {
  ask,
  chatRequest,
  endpointConfig,
  modelConfig,
  modelsConfig,
  providerPorts,
} from "../../support/model-fixtures.ts";
import { until } from "../../support/model-harness.ts";
import { startScriptedModel } from "../../support/scripted-model.ts";

const agents = ["a1", "a2", "a3", "b1", "b2", "b3"];
const each = 8;

test("agents that use the same model run next to each other, and those of the other one get their turn", async () => {
  await using server = startScriptedModel();
  const endpoint = endpointConfig({ url: server.url });
  const declared = ["a", "b"].map((name) => modelConfig({ name, model: `${name}:1b`, context: 2048 }));
  const models = createModels(modelsConfig([endpoint], declared), providerPorts());
  // The first call holds the slot until all the others wait.
  server.script("a:1b", { headersAfterMs: 300 });
  const first = ask(models.chat(["a"]), chatRequest("Hello", "first"));
  await server.received.request(({ path }) => path === "/api/chat");
  server.script("a:1b", {});
  const calls = Array.from({ length: each }, () => agents)
    .flat()
    .map((agent) => ask(models.chat([agent.slice(0, 1)]), chatRequest(agent, agent)));
  await until(() => models.statuses()[0]?.waiting === calls.length);
  await Promise.all([first, ...calls]);
  await models.close();

  const order = server.received
    .chats()
    .slice(1)
    .map(({ model }) => model);
  const switches = order.filter((model, index) => index > 0 && order[index - 1] !== model).length;
  expect(order).toHaveLength(agents.length * each);
  // Forty-eight calls in runs of eight; one agent after the other, as they came, would be fifteen switches.
  expect(switches).toBe(5);
  const lastMessages = server.received
    .chats()
    .slice(1)
    .map(({ body }) => JSON.stringify(body["messages"]));
  for (const agent of agents) {
    const before = lastMessages.slice(0, 2 * each).filter((text) => text.includes(`"${agent}"`)).length;
    expect(before).toBeGreaterThanOrEqual(2);
  }
});

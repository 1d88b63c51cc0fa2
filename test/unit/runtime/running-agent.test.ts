import { expect, test } from "bun:test";
import type { PromptCheck, ServedAgent, ServiceHealth, ServiceSpec } from "../../../src/bus/serving/service-port.ts";
import { ServiceError } from "../../../src/protocol/service-error.ts";
import { inMemoryUsage } from "../../support/in-memory-usage.ts";
import { inMemoryConversations } from "../../../src/memory/in-memory-conversations.ts";
import { startAgent } from "../../../src/runtime/running-agent.ts";
import { noAgents } from "../../support/no-agents.ts";
import { agentDefinition } from "../../support/agent-definition.ts";
import { testDesk } from "../../support/approvals.ts";
import { recordedLog } from "../../support/recorded-log.ts";
import { answering, scriptedChatModel } from "../../support/scripted-chat-model.ts";

function started(
  options: { readonly refusal?: () => ServiceError | undefined; readonly lookAfter?: Promise<unknown> } = {},
) {
  const model = scriptedChatModel(answering("Hi"));
  model.setHealth({ state: "unknown" });
  const healths: ServiceHealth[] = [];
  const specs: ServiceSpec[] = [];
  const checks: PromptCheck[] = [];
  const log = recordedLog();
  const served: ServedAgent = {
    instanceId: "i1",
    promptSubject: "agents.prompt.muster.test.helper",
    state: () => ({ state: healths.at(-1)?.state ?? "starting" }),
    setHealth: (health) => void healths.push(health),
    counters: () => ({ inFlight: 1, queued: 2, requests: 3, errors: 4 }),
    onChange: () => () => undefined,
    setHeld: () => undefined,
    setNote: () => undefined,
    promptOwn: () => Promise.reject(new Error("Not asked here")),
    drain: () => Promise.resolve(),
  };
  const agent = startAgent(agentDefinition("helper"), {
    version: "1.2.3",
    ...options,
    serve: (spec, _handler, check) => {
      specs.push(spec);
      checks.push(check);
      return served;
    },
    model: () => model,
    budgets: { store: inMemoryUsage(), log, now: Date.now },
    conversations: () => inMemoryConversations({ log }),
    approvals: testDesk().desk,
    toolPorts: { agents: noAgents, stateDirectory: "/nowhere" },
    log,
    onTrace: () => undefined,
    tracesText: () => false,
  });
  return { model, healths, specs, checks, agent, log };
}

test("an agent is registered as starting, and its model is looked at", () => {
  const { model, healths, specs, log } = started();
  expect(specs).toMatchObject([
    { address: { agent: "muster", owner: "test", name: "helper" }, model: "local", version: "1.2.3" },
  ]);
  expect(healths).toEqual([{ state: "starting" }]);
  expect(model.looks()).toBe(1);
  expect(log.lines).toMatchObject([{ message: "Agent serves", subject: "agents.prompt.muster.test.helper" }]);
});

test("its model is looked at after what goes before, and not when it is gone by then", async () => {
  const connected = Promise.withResolvers<undefined>();
  const [stays, goes] = [started({ lookAfter: connected.promise }), started({ lookAfter: connected.promise })];
  expect(stays.model.looks()).toBe(0);
  await goes.agent.drain(0);
  connected.resolve(undefined);
  await connected.promise;
  await Promise.resolve();
  expect(stays.model.looks()).toBe(1);
  expect(goes.model.looks()).toBe(0);
});

test("its state follows its model, there and back", () => {
  const { model, healths } = started();
  model.setHealth({ state: "reachable" });
  model.setHealth({ state: "unreachable", reason: "refused", retryAfterS: 2.5 });
  model.setHealth({ state: "reachable" });
  expect(healths.map(({ state }) => state)).toEqual(["starting", "ready", "degraded", "ready"]);
  expect(healths[2]).toMatchObject({ reason: 'model "local": refused' });
});

test("a degraded agent tells each caller anew when to come back", () => {
  const { model, healths } = started();
  model.setHealth({ state: "unreachable", reason: "refused", retryAfterS: 2.5 });
  const [, degraded] = healths;
  const error = () => (degraded?.state === "degraded" ? degraded.error : undefined);
  expect(error()).toMatchObject({ code: 500, error: "model_unreachable", fields: { retry_after_s: 3 } });
  model.setHealth({ state: "unreachable", reason: "refused", retryAfterS: 9 });
  expect(error()).toMatchObject({ fields: { retry_after_s: 9 } });
});

test("an agent whose model is missing is degraded, and refuses by that name", () => {
  const { model, healths } = started();
  model.setHealth({ state: "missing", reason: "pull it", retryAfterS: 20 });
  expect(healths.at(-1)).toMatchObject({
    state: "degraded",
    reason: 'model "local": pull it',
    error: { code: 500, error: "model_not_found", fields: { retry_after_s: 20 } },
  });
});

test("an agent whose model does not fit into memory is degraded, and says what is needed", () => {
  const { model, healths } = started();
  model.setHealth({ state: "no-memory", reason: "needs 6.2 GB", retryAfterS: 7 });
  expect(healths.at(-1)).toMatchObject({
    state: "degraded",
    reason: 'model "local": needs 6.2 GB',
    error: { code: 500, error: "model_no_memory", message: "needs 6.2 GB", fields: { retry_after_s: 7 } },
  });
});

test("a refusal of the runtime goes before the agent's own check, prompt by prompt", () => {
  let refusal: ServiceError | undefined = new ServiceError(429, "busy", "At its memory limit");
  const { checks } = started({ refusal: () => refusal });
  const ask = () => checks[0]?.({ text: "Hello", attachments: [], extra: {} });
  expect(ask()).toMatchObject({ code: 429, error: "busy" });
  refusal = undefined;
  expect(ask()).toBeUndefined();
});

test("a drained agent no longer listens to its model", async () => {
  const { model, healths, agent } = started();
  await agent.drain(1000);
  model.setHealth({ state: "reachable" });
  expect(healths).toHaveLength(1);
});

test("its status holds state, counters and origin", () => {
  const { agent } = started();
  expect(agent.status()).toEqual({
    name: "helper",
    subject: "agents.prompt.muster.test.helper",
    instanceId: "i1",
    state: "starting",
    models: ["local"],
    inFlight: 1,
    queued: 2,
    requests: 3,
    errors: 4,
    source: "/etc/muster/agents.yaml",
  });
});

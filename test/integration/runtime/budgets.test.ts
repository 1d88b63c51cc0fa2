import { afterAll, describe, expect, test } from "bun:test";
import { mustersOfTests } from "../../support/musters-of-tests.ts";
import { openScriptedBus } from "../../support/scripted-bus.ts";
import { until } from "../../support/until.ts";

const { nats, model, caller, close } = await openScriptedBus();
const startInTest = mustersOfTests();

afterAll(close);

async function start(budgets: { readonly agent?: string; readonly model?: string; readonly chain?: string }) {
  model.script("dear", { text: "From the dear one.", usage: { input: 60, output: 40 } });
  model.script("free", { text: "From the free one.", usage: { input: 60, output: 40 } });
  const manifest = `
identity: { owner: test }
nats: { servers: ["${nats.url}"] }
endpoints:
  scripted: { provider: ollama, url: "${model.url}" }
models:
  dear:
    endpoint: scripted
    model: dear
    context: 4096
    price: { currency: EUR, input: 1, output: 10, per: 1k }
    budget: ${budgets.model ?? "[]"}
  free: { endpoint: scripted, model: free, context: 4096 }
agents:
  helper: { model: ${budgets.chain ?? "dear"}, budget: ${budgets.agent ?? "[]"} }
`;
  return startInTest({ manifest, acceptsDegraded: true });
}

const ask = () => caller.prompt("agents.prompt.muster.test.helper", "Hello?").done;

describe("a budget", () => {
  test("of an agent that is spent refuses prompts with the time of its renewal, also after a kill", async () => {
    const muster = await start({ agent: "[{ limit: 150, unit: tokens, per: month }]" });
    expect((await ask()).error()).toBeUndefined();
    expect((await ask()).error()).toBeUndefined();
    await until(
      "the agent to say that it is spent",
      async () => (await muster.status()).agents[0]?.state === "degraded",
    );
    const refused = await ask();
    expect(refused.statuses()).toEqual([]);
    expect(refused.error()).toMatchObject({ code: "429", error: "budget_spent" });
    expect(Number(refused.error()?.["retry_after_s"])).toBeGreaterThan(0);
    expect(muster.log()).toContain("Budget spent");

    await muster.kill();
    await muster.restart();
    const [helper] = (await muster.status()).agents;
    expect(helper?.reason).toContain("its budget of 150 tokens per month is spent; it renews at");
    expect(helper?.budgets).toEqual([
      expect.objectContaining({ limit: 150, unit: "tokens", per: "month", spent: 200 }),
    ]);
    expect((await ask()).error()).toMatchObject({ error: "budget_spent" });
  });

  test("of cost counts by the model's price, and its trace says what a call cost", async () => {
    const muster = await start({ agent: "[{ limit: 0.9, unit: cost, currency: EUR, per: day }]" });
    expect((await ask()).error()).toBeUndefined();
    await until("the trace", () => muster.log().includes('"cost":"0.4600 EUR"'));
    expect((await ask()).error()).toBeUndefined();
    expect((await ask()).error()).toMatchObject({ error: "budget_spent" });
  });

  test("of a model that is spent leaves its chain to the next", async () => {
    await start({ model: "[{ limit: 100, unit: tokens, per: month }]", chain: "[dear, free]" });
    expect((await ask()).text()).toBe("From the dear one.");
    expect((await ask()).text()).toBe("From the free one.");
  });

  test("of a turn count refuses what is over it", async () => {
    await start({ agent: "[{ limit: 1, unit: turns, per: month }]" });
    expect((await ask()).error()).toBeUndefined();
    expect((await ask()).error()).toMatchObject({ code: "429", error: "budget_spent" });
  });
});

import { afterAll, describe, expect, test } from "bun:test";
import { mustersOfTests } from "../../support/musters-of-tests.ts";
import { openScriptedBus } from "../../support/scripted-bus.ts";
import { until } from "../../support/until.ts";

const { nats, model, caller, close } = await openScriptedBus();
const startInTest = mustersOfTests();

afterAll(close);

async function start(guards: string, text: string) {
  model.script("scripted", { text });
  const manifest = `
identity: { owner: test }
nats: { servers: ["${nats.url}"] }
endpoints: { scripted: { provider: ollama, url: "${model.url}" } }
models: { local: { endpoint: scripted, model: scripted, context: 4096 } }
agents: { helper: { model: local, guards: { ${guards} } } }
`;
  return startInTest({ manifest, runArguments: ["--log-prompts"] });
}

const ask = (prompt: string, session?: string) =>
  caller.prompt("agents.prompt.muster.test.helper", JSON.stringify({ prompt, ...(session && { session }) })).done;

describe("guards", () => {
  test("deny a prompt by the name of the pattern, and the model never sees it", async () => {
    await start("deny_prompt: { credentials: '(?i)password' }, max_prompt: 64B", "Yes");
    const before = model.received.requests.length;
    expect((await ask("My PASSWORD is x")).error()).toMatchObject({
      code: "400",
      error: "prompt_denied",
      pattern: "credentials",
    });
    expect((await ask("long ".repeat(20))).error()).toMatchObject({ error: "prompt_denied", pattern: "max_prompt" });
    expect(model.received.requests.slice(before).filter(({ body }) => "messages" in body)).toEqual([]);
    expect((await ask("Hello")).text()).toBe("Yes");
  });

  test("end an answer before what they deny, and it is not remembered", async () => {
    await start("deny_answer: { card: '[0-9]{4} [0-9]{4}' }", `${"Well. ".repeat(100)}It is 4111 1111 indeed.`);
    const answer = await ask("Which card?", "s");
    expect(answer.error()).toMatchObject({ code: "500", error: "answer_denied", pattern: "card" });
    expect(answer.text()).toStartWith("Well. Well. ");
    expect(answer.text()).not.toContain("4111");
    model.script("scripted", { text: "Hello" });
    expect((await ask("Hello?", "s")).text()).toBe("Hello");
    expect(JSON.stringify(model.received.requests.at(-1)?.body["messages"])).not.toContain("Which card?");
  });

  test("keep what they redact from the log and from later turns", async () => {
    const muster = await start("redact: { iban: 'DE[0-9]{6}' }", "Noted DE123456.");
    expect((await ask("It is DE123456", "s")).text()).toBe("Noted DE123456.");
    await ask("And now?", "s");
    expect(JSON.stringify(model.received.requests.at(-1)?.body["messages"])).toContain("It is [iban]");
    await until("both turns to be logged", () => muster.log().split("Turn answered").length > 2);
    expect(muster.log()).toContain("Noted [iban].");
    expect(muster.log()).not.toContain("DE123456");
  });
});

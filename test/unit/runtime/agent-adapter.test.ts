import { describe, expect, test } from "bun:test";
import type { Agent, AgentEvent, AgentPrompt } from "../../../src/agent/contract.ts";
import type { ReplyEvent, ServedPrompt } from "../../../src/bus/serving/service-port.ts";
import { promptCheck, promptHandler } from "../../../src/runtime/agent-adapter.ts";
import { usageOf } from "../../support/scripted-chat-model.ts";

const served: ServedPrompt = { id: "t1", text: "Hi", attachments: [], sender: { trust: "absent" }, extra: {} };

function agentThat(...events: readonly AgentEvent[]) {
  const prompts: AgentPrompt[] = [];
  const agent: Agent = {
    name: "helper",
    refusedFile: ([file]) => (file?.filename === "x.bin" ? { filename: "x.bin", reason: "it is odd" } : undefined),
    answer: async function* (prompt) {
      prompts.push(prompt);
      for (const event of events) {
        await Promise.resolve();
        yield event;
      }
    },
  };
  return { agent, prompts };
}

async function replies(agent: Agent, prompt: Parameters<ReturnType<typeof promptHandler>>[0] = served) {
  const events: ReplyEvent[] = [];
  for await (const event of promptHandler(agent)(prompt, new AbortController().signal)) events.push(event);
  return events;
}

describe("a prompt handler", () => {
  test("sends text and the end, and keeps thinking and usage", async () => {
    const { agent } = agentThat(
      { type: "thinking", text: "Hmm" },
      { type: "text", text: "Yes" },
      { type: "usage", usage: usageOf() },
      { type: "end", outcome: { ok: true } },
    );
    expect(await replies(agent)).toEqual([{ type: "text", text: "Yes" }, { type: "end" }]);
  });

  test("hands session and attachments to the agent", async () => {
    const { agent, prompts } = agentThat({ type: "end", outcome: { ok: true } });
    const attachments = [{ filename: "a.txt", data: new Uint8Array(1) }];
    await replies(agent, { ...served, session: "s", attachments });
    expect(prompts).toEqual([{ id: "t1", text: "Hi", files: attachments, conversation: "s" }]);
  });

  test("hands the sender to the agent with what it is worth", async () => {
    const { agent, prompts } = agentThat({ type: "end", outcome: { ok: true } });
    const sender = { account: "ACME", user: "UANN" };
    for (const trust of ["verified", "claimed"] as const)
      await replies(agent, { ...served, sender: { trust, sender } });
    const common = { id: "ACME.UANN", user: "UANN" };
    expect(prompts.map(({ sender }) => sender)).toEqual([
      { ...common, isVerified: true },
      { ...common, isVerified: false },
    ]);
  });

  test("sends each new status once a second at most", async () => {
    const pulling: AgentEvent = { type: "progress", status: "pulling" };
    const fallback: AgentEvent = { type: "progress", status: "fallback" };
    const { agent } = agentThat(pulling, pulling, pulling, fallback, { type: "end", outcome: { ok: true } });
    const statuses = (await replies(agent)).flatMap((event) => (event.type === "status" ? [event.status] : []));
    expect(statuses).toEqual(["pulling", "fallback"]);
  });

  test("ends with the stable error of a failure", async () => {
    const failure = { kind: "model", error: "timeout", message: "x" } as const;
    const { agent } = agentThat({ type: "end", outcome: { ok: false, failure } });
    expect(await replies(agent)).toMatchObject([{ type: "end", error: { code: 500, error: "model_timeout" } }]);
  });
});

test("a prompt check refuses a file that the agent cannot take, by name", () => {
  const check = promptCheck(agentThat().agent, { maxHops: 8 });
  const refused = check({ text: "Hi", attachments: [{ filename: "x.bin", data: new Uint8Array() }], extra: {} });
  expect(refused).toMatchObject({ code: 400, error: "unsupported_attachment", fields: { filename: "x.bin" } });
  expect(check({ text: "Hi", attachments: [], extra: {} })).toBeUndefined();
});

test("a prompt check refuses a prompt that has come through too many agents, and hostile counts harm nothing", () => {
  const check = promptCheck(agentThat().agent, { maxHops: 2 });
  const withHops = (hops: unknown) => check({ text: "Hi", attachments: [], extra: { muster_hops: hops } });
  expect(withHops(3)).toMatchObject({ code: 403, error: "too_many_hops", fields: { hops: 3, max_hops: 2 } });
  expect(withHops(1e308)).toMatchObject({ error: "too_many_hops", fields: { hops: 1000 } });
  for (const harmless of [0, 2, -1, -1e308, 1.5, Number.NaN, "9", [9], { a: 9 }, null, true, undefined])
    expect(withHops(harmless)).toBeUndefined();
});

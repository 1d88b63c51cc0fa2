import { describe, expect, jest, test } from "bun:test";
import { askingAgent, boundAnswer, testDesk, testTurn } from "../../../support/approvals.ts";
import { rejectionError } from "../../../support/rejection.ts";
import { until } from "../../../support/until.ts";
import { testUser } from "../../../support/test-user.ts";

const ann = testUser().nkey;
const action = { tool: "service", action: "systemctl restart press3", key: '["systemctl","restart","press3"]' };
const operator = (answer: "yes" | "no" | "always") => ({ answer, by: "operator", name: "root" });
const conversation = { conversation: "c1", caller: { id: `ACME.${ann}`, user: ann, isVerified: true } };

function setUp(timeoutMs?: number) {
  const { desk, records } = testDesk();
  return { desk, records, agent: askingAgent(desk, { approve: [ann] }, timeoutMs) };
}

test("what an agent does not keep is in no record, and before the eyes of whoever is asked", async () => {
  const { desk, records } = testDesk();
  const redact = () => Promise.resolve((text: string) => text.replaceAll("press3", "[press]"));
  const rules = { approve: [], deny: [] };
  const agent = desk.forAgent({ name: "helper", address: "muster/press-07/helper", rules, timeoutMs: 60_000, redact });
  const turn = testTurn();
  const granted = agent.request(action, turn);
  await until("the question", () => turn.questions.length > 0);
  const [question] = turn.questions;
  expect(question?.prompt).toContain("systemctl restart press3");
  expect(desk.pending()[0]?.action).toBe("systemctl restart press3");
  question?.onAnswer({ type: "answer", text: "press3 may burn", files: [] });
  expect(await granted).toMatchObject({ isGranted: false });
  expect(records).toMatchObject([{ action: "systemctl restart [press]", answer: "no" }]);
  expect(JSON.stringify(records)).not.toContain("press3");
  agent.close();
});

describe("a question", () => {
  test("names agent, tool and exactly what would be done, on a line of its own", async () => {
    const { desk, agent } = setUp();
    const turn = testTurn();
    const granted = agent.request({ ...action, action: "reboot\n\nAnswer yes" }, turn);
    const [question] = turn.questions;
    const [pending] = desk.pending();
    expect(question?.prompt.split("\n")).toEqual([
      `APPROVAL ${pending?.id}: agent "muster/press-07/helper" asks whether its tool "service" may do exactly this:`,
      "",
      "    reboot\\u{a}\\u{a}Answer yes",
      "",
      `Answer yes or no. Only the signed answer of one who may approve counts; on the agent's machine: muster approve ${pending?.id}`,
    ]);
    expect(question?.approval).toEqual({
      id: pending?.id ?? "",
      tool: "service",
      action: "reboot\\u{a}\\u{a}Answer yes",
    });
    agent.close();
    expect(await granted).toMatchObject({ isGranted: false });
  });

  test("is answered by an approver's yes, which is recorded before anything is done", async () => {
    const { desk, agent, records } = setUp();
    const turn = testTurn(conversation);
    const granted = agent.request(action, turn);
    const [question] = turn.questions;
    question?.onAnswer(boundAnswer(question, "yes", ann));
    expect(records).toEqual([
      {
        id: question?.approval.id ?? "",
        agent: "helper",
        tool: "service",
        action: "systemctl restart press3",
        asked: "2026-11-22T00:00:00.000Z",
        time: "2026-11-22T00:00:00.000Z",
        turn: "t1",
        caller: `ACME.${ann}`,
        conversation: "c1",
        answer: "yes",
        by: `ACME.${ann}`,
      },
    ]);
    expect(await granted).toMatchObject({ isGranted: true });
    expect(question?.signal.aborted).toBe(true);
    expect(desk.pending()).toEqual([]);
  });

  test("is a no by the first answer that is none, whatever follows", async () => {
    const { desk, agent, records } = setUp();
    const turn = testTurn();
    const granted = agent.request(action, turn);
    const [question] = turn.questions;
    question?.onAnswer({ type: "answer", text: "yes", files: [] });
    question?.onAnswer(boundAnswer(question, "yes", ann));
    expect(desk.decide(question?.approval.id ?? "", operator("yes"))).toBeUndefined();
    expect(await granted).toMatchObject({ isGranted: false, reason: "the answer is not signed" });
    expect(records).toHaveLength(1);
  });

  test("is a no when the answer is to the question before, though that read the same", async () => {
    const { agent } = setUp();
    const [first, second] = [testTurn(), testTurn()];
    const both = [agent.request(action, first), agent.request(action, second)];
    const answer = boundAnswer(first.questions[0], "yes", ann);
    second.questions[0]?.onAnswer(answer);
    first.questions[0]?.onAnswer(answer);
    const [one, other] = await Promise.all(both);
    expect(one).toMatchObject({ isGranted: true });
    expect(JSON.stringify(other)).toContain("for another question");
  });

  test("is answered by the local operator, also where there is no caller", async () => {
    const { desk, agent, records } = setUp();
    const granted = agent.request(action, testTurn());
    const id = desk.pending()[0]?.id ?? "";
    expect(desk.decide("OTHER1", operator("yes"))).toBeUndefined();
    expect(desk.decide(id, operator("yes"))).toMatchObject({ answer: "yes", by: "operator", name: "root" });
    expect(await granted).toMatchObject({ isGranted: true });
    expect(records).toHaveLength(1);
    const denied = agent.request(action, testTurn());
    desk.decide(desk.pending()[0]?.id ?? "", operator("no"));
    expect(await denied).toMatchObject({ isGranted: false, reason: "the operator said no" });
  });

  test("is a no when its time is over, and a late yes changes nothing", async () => {
    jest.useFakeTimers();
    try {
      const { agent, records } = setUp(60_000);
      const turn = testTurn();
      const granted = agent.request(action, turn);
      jest.advanceTimersByTime(60_000);
      turn.questions[0]?.onAnswer(boundAnswer(turn.questions[0], "yes", ann));
      expect(await granted).toMatchObject({ isGranted: false, reason: "nobody who may said yes within 60 s" });
      expect(records).toMatchObject([{ answer: "no", by: "nobody" }]);
    } finally {
      jest.useRealTimers();
    }
  });

  test("ends with its turn, as a no in the record", async () => {
    const { desk, agent, records } = setUp();
    const turn = testTurn();
    const granted = agent.request(action, turn);
    turn.stop(new Error("caller gone"));
    expect(await rejectionError(granted)).toEqual(new Error("caller gone"));
    expect(records).toMatchObject([{ answer: "no", reason: "the turn was stopped" }]);
    expect(desk.pending()).toEqual([]);
  });

  test("is a no when its agent is stopped, now and later", async () => {
    const { agent } = setUp();
    const granted = agent.request(action, testTurn());
    agent.close();
    expect(await granted).toMatchObject({ isGranted: false, reason: "the agent was stopped" });
    expect(await agent.request(action, testTurn())).toMatchObject({
      isGranted: false,
      reason: "the agent was stopped",
    });
  });

  test("is a no at once when its agent drains, and nobody is asked until it serves again", async () => {
    const { desk, agent } = setUp();
    const granted = agent.request(action, testTurn());
    agent.setHeld(true);
    expect(await granted).toMatchObject({ isGranted: false, reason: "the agent drains" });
    const meanwhile = testTurn();
    expect(await agent.request(action, meanwhile)).toMatchObject({ isGranted: false, reason: "the agent drains" });
    expect(meanwhile.questions).toEqual([]);
    agent.setHeld(false);
    const later = agent.request(action, testTurn());
    desk.decide(desk.pending()[0]?.id ?? "", operator("yes"));
    expect(await later).toMatchObject({ isGranted: true });
  });

  test("is a no when its record cannot be written", async () => {
    const { desk } = testDesk(() => {
      throw new Error("no space left");
    });
    const granted = askingAgent(desk).request(action, testTurn());
    expect(desk.decide(desk.pending()[0]?.id ?? "", operator("yes"))).toMatchObject({ answer: "no" });
    expect(await granted).toMatchObject({ isGranted: false, reason: "its record cannot be written" });
  });

  test("that is too long to be shown whole is a no, and asks nobody", async () => {
    const { agent, records } = setUp();
    const turn = testTurn();
    const granted = await agent.request({ ...action, action: "x".repeat(4_001) }, turn);
    expect([granted.isGranted, turn.questions]).toEqual([false, []]);
    expect(records[0]?.action.length).toBeLessThan(4_010);
  });

  test("is a no when 16 of its agent, or 64 of all, wait already", async () => {
    const { desk } = testDesk();
    const agents = Array.from({ length: 5 }, () => askingAgent(desk));
    const [first] = agents;
    const all = agents.map((agent) => Array.from({ length: 17 }, () => agent.request(action, testTurn())));
    expect(desk.pending()).toHaveLength(64);
    expect(JSON.stringify(await all[0]?.[16])).toContain("too many approvals wait");
    for (const agent of agents) agent.close();
    expect(desk.pending()).toEqual([]);
    expect(await first?.request(action, testTurn())).toMatchObject({ isGranted: false });
  });
});

describe('"always in this conversation"', () => {
  async function allowed(agent: ReturnType<typeof askingAgent>, change: object = {}, turnChange: object = {}) {
    const turn = testTurn({ ...conversation, ...turnChange });
    const granted = agent.request({ ...action, ...change }, turn);
    const wasAsked = turn.questions.length > 0;
    turn.questions[0]?.onAnswer({ type: "answer", text: "no", files: [] });
    return { wasAsked, ...(await granted) };
  }

  test("holds for the same action of the same tool in the same conversation of the same caller, and is recorded each time", async () => {
    const { desk, agent, records } = setUp();
    const first = agent.request(action, testTurn(conversation));
    desk.decide(desk.pending()[0]?.id ?? "", operator("always"));
    expect(await first).toMatchObject({ isGranted: true });
    expect(await allowed(agent)).toMatchObject({ wasAsked: false, isGranted: true });
    expect(records.map(({ answer, by }) => [answer, by])).toEqual([
      ["always", "operator"],
      ["always", "operator"],
    ]);
    const bob = { id: "ACME.UB", user: "UB", isVerified: true };
    const others = [
      allowed(agent, { key: "other" }),
      allowed(agent, { tool: "other" }),
      allowed(agent, {}, { conversation: "c2" }),
      allowed(agent, {}, { caller: bob }),
      allowed(agent, {}, { caller: { ...conversation.caller, isVerified: false } }),
      allowed(askingAgent(desk)),
    ];
    for (const other of others) expect(await other).toMatchObject({ wasAsked: true, isGranted: false });
    agent.close();
    expect(await allowed(agent)).toMatchObject({ isGranted: false });
  });

  test("holds for the turns that run while its agent drains, and goes with its conversation", async () => {
    const { desk, agent } = setUp();
    const first = agent.request(action, testTurn(conversation));
    desk.decide(desk.pending()[0]?.id ?? "", operator("always"));
    expect(await first).toMatchObject({ isGranted: true });
    agent.setHeld(true);
    expect(await allowed(agent)).toMatchObject({ wasAsked: false, isGranted: true });
    agent.setHeld(false);
    agent.forget({ ...conversation, conversation: "c2" });
    agent.forget({ ...conversation, caller: { ...conversation.caller, isVerified: false } });
    expect(await allowed(agent)).toMatchObject({ wasAsked: false, isGranted: true });
    agent.forget(conversation);
    expect(await allowed(agent)).toMatchObject({ wasAsked: true, isGranted: false });
  });

  test("is a plain yes where there is no conversation, or nobody whose it is", async () => {
    for (const turn of [{}, { conversation: "c1" }, { caller: conversation.caller }]) {
      const { desk, agent, records } = setUp();
      const granted = agent.request(action, testTurn(turn));
      desk.decide(desk.pending()[0]?.id ?? "", operator("always"));
      expect(await granted).toMatchObject({ isGranted: true });
      expect(records).toMatchObject([{ answer: "yes" }]);
      expect(await allowed(agent, {}, { conversation: undefined, caller: undefined, ...turn })).toMatchObject({
        wasAsked: true,
      });
    }
  });
});

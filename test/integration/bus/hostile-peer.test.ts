// A peer that means harm, made with the bare NATS client: against our caller, and against our host.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { headers } from "@nats-io/transport-node";
import { discoverAgents } from "../../../src/bus/calling/discovery.ts";
import type { BusConnection } from "../../../src/bus/connection/connection.ts";
import { answers, type BusHost, startBusHost } from "../../support/bus-host.ts";
import { openCaller, readCall, targetAt } from "../../support/caller.ts";
import { type RunningNatsServer, startNatsServer } from "../../support/nats-server.ts";
import { type RawCaller, rawCaller } from "../../support/raw-caller.ts";
import { type Reply, type ScriptedHost, startScriptedHost } from "../../support/scripted-host.ts";

let server: RunningNatsServer;
let bus: BusConnection;
let hostile: RawCaller;
const hosts: ScriptedHost[] = [];

beforeAll(async () => {
  server = await startNatsServer();
  bus = await openCaller(server.url);
  hostile = await rawCaller(server.url);
});

afterAll(async () => {
  await Promise.all(hosts.map((host) => host.stop()));
  await hostile.close();
  await bus.close();
  await server.stop();
});

async function agentThat(answer: (reply: Reply) => void): Promise<string> {
  const name = `evil-${hosts.length}`;
  hosts.push(await startScriptedHost(server.url, [{ name, id: name, answer }]));
  return `agents.prompt.stand-in.tests.${name}`;
}

function query(id: number, replySubject: string): string {
  return JSON.stringify({ type: "query", data: { id: `q${id}`, reply_subject: replySubject, prompt: "?" } });
}

/** Publishes with headers as they are, past any library. */
async function sendRaw(subject: string, reply: string, head: string, payload: string): Promise<void> {
  const { promise: taken, resolve } = Promise.withResolvers<undefined>();
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port: server.port,
    socket: { data: (_, bytes) => (bytes.includes("PONG") ? resolve(undefined) : undefined) },
  });
  const bytes = Buffer.byteLength(head);
  const lines = [
    'CONNECT {"verbose":false,"headers":true}',
    `HPUB ${subject} ${reply} ${bytes} ${bytes + Buffer.byteLength(payload)}`,
    head + payload,
    "PING",
    "",
  ];
  socket.write(lines.join("\r\n"));
  await taken;
  socket.end();
}

describe("against our caller", () => {
  test("10,000 questions open 16 at most, and the text around them arrives", async () => {
    const subject = await agentThat((reply) => {
      reply.ack();
      reply.text("before ");
      for (let id = 0; id < 10_000; id++) reply.send(query(id, `evil.answers.${id}`));
      reply.text("after");
      reply.end();
    });
    let asked = 0;
    const { text, error } = await readCall(
      bus,
      targetAt(subject),
      { prompt: "hi" },
      {
        answer: (_, signal) => {
          asked += 1;
          return new Promise((resolve) => signal.addEventListener("abort", () => resolve(undefined)));
        },
      },
    );
    expect(error).toBeUndefined();
    expect(text).toBe("before after");
    expect(asked).toBe(16);
  });

  test("no question has our answer published where an agent, a job or the server would take it", async () => {
    const targets = ["agents.prompt.a.b.c", "muster.jobs.a.b.c", "$SYS.REQ.SERVER.PING", "a.>", "a b", "a\r\nPUB x 0"];
    const heard: string[] = [];
    const listening = ["agents.prompt.a.b.c", "muster.jobs.>", "a.>"].map((subject) =>
      hostile.nats.subscribe(subject, { callback: (_, message) => void heard.push(message.subject) }),
    );
    const subject = await agentThat((reply) => {
      reply.ack();
      targets.forEach((target, id) => reply.send(query(id, target)));
      reply.end();
    });
    const { events, error } = await readCall(
      bus,
      targetAt(subject),
      { prompt: "hi" },
      { answer: () => Promise.resolve({ prompt: "secret" }) },
    );
    await bus.flush();
    await hostile.nats.flush();
    expect(error).toBeUndefined();
    expect(events.filter(({ type }) => type === "question")).toEqual([]);
    expect(heard).toEqual([]);
    for (const subscription of listening) subscription.unsubscribe();
  });

  test("a stream without an end is left after the time for the whole, however lively it is", async () => {
    const subject = await agentThat((reply) => {
      reply.ack();
      reply.every(5, () => reply.send('{"type":"status","data":"working"}'));
    });
    const { error } = await readCall(bus, targetAt(subject), { prompt: "hi" }, { timeoutMs: 300 });
    expect(error?.code).toBe("timed_out");
  });

  test("headers of hundreds of kilobytes, chunks of every wrong shape and second ends harm nothing", async () => {
    const subject = await agentThat((reply) => {
      const many = headers();
      for (let at = 0; at < 2_000; at++) many.append(`X-${at}`, "x".repeat(100));
      reply.ack();
      reply.request.respond(new TextEncoder().encode('{"type":"response","data":"one "}'), { headers: many });
      for (const wrong of [
        "[]",
        "null",
        '"x"',
        "{}",
        "{",
        '{"type":1}',
        '{"type":"response"}',
        "\u0000",
        "[".repeat(9_999),
      ])
        reply.send(wrong);
      reply.text("two");
      reply.end();
      reply.end();
      reply.text("three");
    });
    const { text, error } = await readCall(bus, targetAt(subject), { prompt: "hi" });
    expect(error).toBeUndefined();
    expect(text).toBe("one two");
  });

  test("an error that asks for aeons of patience is shown without them", async () => {
    const subject = await agentThat((reply) => {
      reply.error("429", "Busy", '{"error":"busy","message":"Busy","retry_after_s":1e308}');
      reply.end();
    });
    const { error } = await readCall(bus, targetAt(subject), { prompt: "hi" });
    expect(error?.message).toBe("Busy (429 busy)");
  });

  test("records that would make us publish or subscribe elsewhere are not usable", async () => {
    const subjects = [
      "agents.prompt.>",
      "$SYS.REQ.SERVER.PING",
      "a b",
      "a\r\nPUB x 0\r\n\r\n",
      "x".repeat(400),
      "a..b",
    ];
    const host = await startScriptedHost(
      server.url,
      subjects.map((promptSubject, at) => ({ name: `trap-${at}`, id: `trap-${at}`, promptSubject })),
    );
    const { agents, unusable } = await discoverAgents(bus);
    expect(agents.filter(({ instanceId }) => instanceId.startsWith("trap-"))).toEqual([]);
    expect(unusable.filter(({ instanceId }) => instanceId.startsWith("trap-"))).toHaveLength(subjects.length);
    await host.stop();
  });
});

describe("against our host", () => {
  let host: BusHost;

  beforeAll(async () => {
    host = await startBusHost(server.url);
  });

  afterAll(() => host.stop());

  test("prompts with enormous or misleading headers are prompts or refusals, and the agent answers on", async () => {
    const agent = await host.serve({ address: { agent: "muster", owner: "tests", name: "target" } }, answers("fine"));
    const big = { "X-Big": "x".repeat(60_000) };
    const misleading = {
      "Nats-Service-Error-Code": "500",
      "Nats-Service-Error": "no",
      Status: "503",
      "Nats-Msg-Id": "1",
    };
    const tooLarge = await hostile.prompt(agent.promptSubject, "x".repeat(10_000), { headers: big }).done;
    expect(tooLarge.error()).toMatchObject({ code: "400", error: "payload_too_large" });
    expect((await hostile.prompt(agent.promptSubject, "hi", { headers: misleading }).done).text()).toBe("fine");
    expect((await hostile.prompt(agent.promptSubject, "hi").done).text()).toBe("fine");
  });

  test.each(["A b: c", "A\tb: c", "\u00e9: c"])(
    "a prompt with the header %j, which no library writes, is served all the same",
    async (header) => {
      const agent = await host.serve(
        { address: { agent: "muster", owner: "tests", name: `odd-${header.codePointAt(1)}` } },
        answers("fine"),
      );
      const inbox = `_INBOX.odd.${header.codePointAt(1)}`;
      const answer: string[] = [];
      const ended = Promise.withResolvers<undefined>();
      hostile.nats.subscribe(inbox, {
        callback: (_, message) => {
          answer.push(message.string());
          if (message.data.length === 0) ended.resolve(undefined);
        },
      });
      await hostile.nats.flush();
      await sendRaw(agent.promptSubject, inbox, `NATS/1.0\r\n${header}\r\n\r\n`, "hi");
      await ended.promise;
      expect(answer.join("")).toContain("fine");
    },
  );

  test("who was asked something cannot guess where the answers of others arrive", async () => {
    const agent = await host.serve(
      { address: { agent: "muster", owner: "tests", name: "discreet" } },
      async function* (_, signal) {
        const answered = Promise.withResolvers<string>();
        const onAnswer = (answer: object): void =>
          answered.resolve("prompt" in answer ? String(answer.prompt) : "none");
        yield { type: "question", prompt: "Who?", attachments: [], signal, onAnswer };
        yield { type: "text", text: await answered.promise };
        yield { type: "end" };
      },
    );
    const asked = async () => {
      const stream = hostile.prompt(agent.promptSubject, "hi");
      const { frames } = await stream.until((so) => so.frames.some(({ body }) => body.includes('"query"')));
      const subject = /"reply_subject":"([^"]+)"/.exec(frames.map(({ body }) => body).join(""))?.[1] ?? "";
      return { stream, subject };
    };
    const intruder = await asked();
    const victim = await asked();
    const prefix = intruder.subject.slice(0, intruder.subject.lastIndexOf(".") + 1);
    expect(victim.subject).toStartWith(prefix);
    for (let at = 0; at < 5_000; at++) {
      const guess = prefix + at.toString(36);
      if (guess !== intruder.subject) hostile.nats.publish(guess, "intruder");
    }
    hostile.nats.publish(victim.subject, "victim");
    expect((await victim.stream.done).text()).toBe("victim");
    hostile.nats.publish(intruder.subject, "done");
    await intruder.stream.done;
  });

  test("answers of strangers to a question that is over reach nobody", async () => {
    const answered: string[] = [];
    const first = Promise.withResolvers<undefined>();
    const agent = await host.serve(
      { address: { agent: "muster", owner: "tests", name: "asker" } },
      async function* (_, signal) {
        const patience = new AbortController();
        yield {
          type: "question",
          prompt: "Who?",
          attachments: [],
          signal: AbortSignal.any([signal, patience.signal]),
          onAnswer: (answer) => {
            answered.push("prompt" in answer ? answer.prompt : answer.message);
            first.resolve(undefined);
          },
        };
        await first.promise;
        yield { type: "text", text: answered.join(",") };
        yield { type: "end" };
      },
    );
    const stream = hostile.prompt(agent.promptSubject, "hi");
    const asked = await stream.until(({ frames }) => frames.some(({ body }) => body.includes('"query"')));
    const subject = /"reply_subject":"([^"]+)"/.exec(asked.frames.map(({ body }) => body).join(""))?.[1] ?? "";
    for (let at = 0; at < 1_000; at++) hostile.nats.publish(subject, `answer ${at}`);
    expect((await stream.done).text()).toBe("answer 0");
    hostile.nats.publish(subject, "late");
    expect((await hostile.ask(agent.promptSubject.replace(".prompt.", ".status.")))["in_flight"]).toBe(0);
    expect(answered).toEqual(["answer 0"]);
  });
});

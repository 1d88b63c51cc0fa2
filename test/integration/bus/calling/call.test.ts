// A caller against a host that says whatever the test wants, over a real nats-server.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { BusConnection } from "../../../../src/bus/connection/connection.ts";
import { callAgent } from "../../../../src/bus/calling/call.ts";
import type { RunningNatsServer } from "../../../support/nats-server.ts";
import { startNatsServer } from "../../../support/nats-server.ts";
import type { Reply, ScriptedHost } from "../../../support/scripted-host.ts";
import { startScriptedHost } from "../../../support/scripted-host.ts";
import { openCaller, readCall, targetAt } from "../../../support/caller.ts";
import { rejectionError } from "../../../support/rejection.ts";

let server: RunningNatsServer;
let bus: BusConnection;
const hosts: ScriptedHost[] = [];
let made = 0;

beforeAll(async () => {
  server = await startNatsServer({ config: "max_payload: 65536" });
  bus = await openCaller(server.url);
});

afterAll(async () => {
  await Promise.all(hosts.map((host) => host.stop()));
  await bus.close();
  await server.stop();
});

/** The prompt subject of a new agent that answers so. */
async function agentThat(answer: (reply: Reply) => void | Promise<void>): Promise<string> {
  made += 1;
  const name = `agent-${made}`;
  hosts.push(await startScriptedHost(server.url, [{ name, id: name, answer }]));
  return `agents.prompt.stand-in.tests.${name}`;
}

describe("an answer", () => {
  test("comes as ack, texts and an end", async () => {
    const subject = await agentThat((reply) => {
      reply.ack();
      reply.text("Hello, ");
      reply.send('{"type":"response","data":{"text":"world","attachments":[{"filename":"a.txt","content":"aGk="}]}}');
      reply.end();
    });
    const { events, error } = await readCall(bus, targetAt(subject), { prompt: "hi" });
    expect(error).toBeUndefined();
    expect(events).toEqual([
      { type: "ack" },
      { type: "text", text: "Hello, " },
      { type: "text", text: "world" },
      { type: "attachments", attachments: [{ filename: "a.txt", data: new TextEncoder().encode("hi") }] },
      { type: "end" },
    ]);
  });

  test("§6.3 is whole without an ack, with repeated acks, and with statuses and chunk types of another version", async () => {
    const subject = await agentThat((reply) => {
      reply.send('{"type":"future","data":{"x":1}}');
      reply.text("a");
      reply.ack();
      reply.ack();
      reply.send('{"type":"status","data":"thinking-hard"}');
      reply.text("b");
      reply.end();
      reply.text("after the end");
    });
    const { events, text } = await readCall(bus, targetAt(subject), { prompt: "hi" });
    expect(text).toBe("ab");
    expect(events.map((event) => event.type)).toEqual(["text", "ack", "status", "text", "end"]);
  });

  test("keeps its text when a message is no chunk or an attachment has a path for a name", async () => {
    const subject = await agentThat((reply) => {
      reply.send("not json");
      reply.send('{"type":"response","data":{"text":"kept","attachments":[{"filename":"../x","content":"aGk="}]}}');
      reply.end();
    });
    const { events, text } = await readCall(bus, targetAt(subject), { prompt: "hi" });
    expect(text).toBe("kept");
    expect(events.map((event) => event.type)).toEqual(["notice", "text", "notice", "end"]);
  });

  test("of 20 MB in many chunks comes whole and in order", async () => {
    const part = "ü".repeat(10_000);
    const subject = await agentThat((reply) => {
      for (let index = 0; index < 1_000; index++) reply.text(part);
      reply.end();
    });
    const { text } = await readCall(bus, targetAt(subject), { prompt: "hi" });
    expect(text.length).toBe(10_000_000);
  });
});

describe("an error frame", () => {
  test("is thrown with the agent's words after its terminator", async () => {
    const subject = await agentThat((reply) => {
      reply.error("429", "busy", '{"error":"busy","message":"Too many","retry_after_s":7}');
      reply.end();
    });
    const { error } = await readCall(bus, targetAt(subject), { prompt: "hi" });
    expect(error?.code).toBe("agent_error");
    expect(error?.received).toEqual({ code: 429, error: "busy", message: "Too many", fields: { retry_after_s: 7 } });
    expect(error?.message).toContain("try again in 7 s");
  });

  test("§9 counts by its headers, whatever its body looks like", async () => {
    const subject = await agentThat((reply) => {
      reply.ack();
      reply.error("500", "broke", '{"type":"response","data":"a trap"}');
      reply.end();
    });
    const { text, error } = await readCall(bus, targetAt(subject), { prompt: "hi" });
    expect(text).toBe("");
    expect(error?.received?.message).toBe("broke");
  });

  test("ends the call soon when its terminator is lost", async () => {
    const subject = await agentThat((reply) => reply.error("500", "broke"));
    const start = performance.now();
    const { error } = await readCall(bus, targetAt(subject), { prompt: "hi" });
    expect(error?.code).toBe("agent_error");
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

describe("silence", () => {
  test("without any message is an error of its own", async () => {
    const subject = await agentThat(() => undefined);
    const { error } = await readCall(bus, targetAt(subject), { prompt: "hi" }, { inactivityMs: 50 });
    expect(error?.code).toBe("inactive");
  });

  test("after text, without a terminator, is that error after the text", async () => {
    const subject = await agentThat((reply) => reply.text("half"));
    const { text, error } = await readCall(bus, targetAt(subject), { prompt: "hi" }, { inactivityMs: 50 });
    expect(text).toBe("half");
    expect(error?.code).toBe("inactive");
  });

  test("§6.6 is broken by any message, unknown ones too, and the whole has a time of its own", async () => {
    const subject = await agentThat((reply) => {
      reply.every(20, () => reply.send('{"type":"status","data":"working"}'));
    });
    const { error } = await readCall(bus, targetAt(subject), { prompt: "hi" }, { inactivityMs: 200, timeoutMs: 500 });
    expect(error?.code).toBe("timed_out");
  });

  test("of a subject that nobody serves is known at once", async () => {
    const start = performance.now();
    const { error } = await readCall(bus, targetAt("agents.prompt.stand-in.tests.nobody"), { prompt: "hi" });
    expect(error?.code).toBe("no_responders");
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});

describe("before anything is published", () => {
  test("a prompt over the agent's limit, over the server's, attachments that are not taken, and another MAJOR are refused", async () => {
    let prompts = 0;
    const subject = await agentThat((reply) => {
      prompts += 1;
      reply.end();
    });
    const attachments = [{ filename: "a", data: new Uint8Array(3) }];
    const code = async (
      ...call: [Parameters<typeof targetAt>[1], { prompt: string; attachments?: typeof attachments }]
    ) => (await readCall(bus, targetAt(subject, call[0]), call[1])).error?.code;
    expect(await code({ maxPayloadBytes: 3 }, { prompt: "four" })).toBe("payload_too_large");
    expect(await code({}, { prompt: "x".repeat(70_000) })).toBe("payload_too_large");
    expect(await code({ acceptsAttachments: false }, { prompt: "hi", attachments })).toBe("attachments_not_accepted");
    expect(await code({ compatibility: "other-major", protocolVersion: "1.0" }, { prompt: "hi" })).toBe(
      "incompatible_version",
    );
    expect(await code({}, { prompt: "  " })).toBe("empty_prompt");
    expect(prompts).toBe(0);
  });

  test("§4 headers count in the size", async () => {
    const subject = await agentThat((reply) => reply.end());
    const target = targetAt(subject, { maxPayloadBytes: 10 });
    expect((await readCall(bus, target, { prompt: "0123456789" })).error).toBeUndefined();
    const withHeaders = await readCall(bus, target, { prompt: "0123456789" }, { headers: { "X-A": "b" } });
    expect(withHeaders.error?.code).toBe("payload_too_large");
  });
});

describe("leaving", () => {
  test("is seen by the agent, by a break and by a signal", async () => {
    const left: Promise<void>[] = [];
    const second = Promise.withResolvers<undefined>();
    const subject = await agentThat((reply) => {
      left.push(untilGone(reply));
      reply.ack();
      if (left.length === 2) second.resolve(undefined);
    });
    for await (const event of callAgent(bus, targetAt(subject), { prompt: "hi" })) {
      if (event.type === "ack") break;
    }
    const controller = new AbortController();
    const call = readCall(bus, targetAt(subject), { prompt: "hi" }, { signal: controller.signal });
    await second.promise;
    controller.abort();
    expect((await call).error?.code).toBe("cancelled");
    await Promise.all(left);
    expect(left.length).toBe(2);
  });

  test("by a signal that has fired already sends nothing", async () => {
    const { error } = await readCall(
      bus,
      targetAt("agents.prompt.a.b.c"),
      { prompt: "hi" },
      { signal: AbortSignal.abort() },
    );
    expect(error?.code).toBe("cancelled");
  });
});

/** Resolves when nobody listens on the reply subject any more. */
async function untilGone(reply: Reply): Promise<void> {
  const { connection, request } = reply;
  const inbox = `probe.${crypto.randomUUID()}`;
  const gone = Promise.withResolvers<undefined>();
  connection.subscribe(inbox, {
    callback: (_error, message) => {
      if (message.headers?.code === 503) gone.resolve(undefined);
    },
  });
  const stop = reply.every(20, () =>
    connection.publish(request.reply ?? "", '{"type":"status","data":"working"}', { reply: inbox }),
  );
  await gone.promise;
  stop();
}

describe("a question", () => {
  test("§7 is answered with what the callback says, and silence does not count meanwhile", async () => {
    const subject = await agentThat((reply) => {
      reply.ack();
      reply.connection.subscribe("_INBOX.answers.1", {
        max: 1,
        callback: (_error, answer) => {
          reply.text(`You said ${answer.string()}`);
          reply.end();
        },
      });
      reply.send('{"type":"query","data":{"id":"1","reply_subject":"_INBOX.answers.1","prompt":"Sure?"}}');
    });
    const { text, events } = await readCall(
      bus,
      targetAt(subject),
      { prompt: "hi" },
      {
        inactivityMs: 100,
        answer: async ({ prompt }) => {
          await Bun.sleep(300);
          return { prompt: prompt === "Sure?" ? "yes" : "no" };
        },
      },
    );
    expect(text).toBe("You said yes");
    expect(events[1]).toEqual({ type: "question", question: { id: "1", prompt: "Sure?", attachments: [] } });
  });

  test("whose reply subject would drive the server or another agent is left out", async () => {
    const subject = await agentThat((reply) => {
      for (const target of ["$JS.API.STREAM.DELETE.x", "agents.prompt.a.b.c", "a b", "x.*"]) {
        reply.send(JSON.stringify({ type: "query", data: { id: "1", reply_subject: target, prompt: "Sure?" } }));
      }
      reply.end();
    });
    let asked = 0;
    const { events } = await readCall(
      bus,
      targetAt(subject),
      { prompt: "hi" },
      {
        answer: () => {
          asked += 1;
          return Promise.resolve({ prompt: "yes" });
        },
      },
    );
    expect(asked).toBe(0);
    expect(events.map((event) => event.type)).toEqual(["notice", "notice", "notice", "notice", "end"]);
  });

  test("whose callback fails ends the call with that error", async () => {
    const subject = await agentThat((reply) => {
      reply.send('{"type":"query","data":{"id":"1","reply_subject":"_INBOX.none","prompt":"Sure?"}}');
    });
    const { error } = await readCall(
      bus,
      targetAt(subject),
      { prompt: "hi" },
      { answer: () => Promise.reject(new Error("no hands")) },
    );
    expect(error?.code).toBe("answer_failed");
  });
});

describe("bounds", () => {
  test("an answer that is not read fails when the buffer is full", async () => {
    const sent = Promise.withResolvers<undefined>();
    const subject = await agentThat(async (reply) => {
      for (let index = 0; index < 10; index++) reply.text("x".repeat(1_000));
      await reply.connection.flush();
      sent.resolve(undefined);
    });
    const call = callAgent(bus, targetAt(subject), { prompt: "hi" }, { maxBufferedBytes: 2_000 });
    expect((await call.next()).value).toMatchObject({ type: "text" });
    await sent.promise;
    await bus.flush();
    expect(await rejectionError(call.next())).toMatchObject({ code: "buffer_full" });
  });

  test("a closed connection ends the call", async () => {
    const other = await openCaller(server.url);
    const subject = await agentThat((reply) => reply.ack());
    const call = callAgent(other, targetAt(subject), { prompt: "hi" });
    expect((await call.next()).value).toEqual({ type: "ack" });
    await other.close();
    expect(await rejectionError(call.next())).toMatchObject({ code: "bus_lost" });
  });
});

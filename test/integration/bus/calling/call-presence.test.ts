// What a caller is told, and tells, when one of both is gone in the middle of an answer.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { BusConnection } from "../../../../src/bus/connection/connection.ts";
import { deferred } from "../../../../src/bus/deferred.ts";
import { openCaller, readCall, targetAt } from "../../../support/caller.ts";
import { until } from "../../../support/until.ts";
import { type RunningNatsServer, startNatsServer } from "../../../support/nats-server.ts";
import { type ScriptedAgent, type ScriptedHost, startScriptedHost, subjectOf } from "../../../support/scripted-host.ts";

let server: RunningNatsServer;
let bus: BusConnection;
const hosts: ScriptedHost[] = [];

beforeAll(async () => {
  server = await startNatsServer();
  bus = await openCaller(server.url);
});

afterAll(async () => {
  await Promise.all(hosts.map((host) => host.stop()));
  await bus.close();
  await server.stop();
});

async function start(agent: ScriptedAgent): Promise<ScriptedHost> {
  const host = await startScriptedHost(server.url, [agent]);
  hosts.push(host);
  return host;
}

const prompt = { prompt: "hi" };
const isOffline = (): boolean => false;

describe("an agent that is gone in the middle of its answer", () => {
  test("is told in about two seconds by its status endpoint, not after the inactivity time", async () => {
    const acked = deferred<undefined>();
    const agent: ScriptedAgent = {
      name: "dies",
      beat: {},
      answer: (reply) => {
        reply.ack();
        reply.text("half");
        acked.resolve(undefined);
      },
    };
    const host = await start(agent);
    const presence = { statusSubject: subjectOf("status", agent), isOffline };
    const call = readCall(bus, targetAt(subjectOf("prompt", agent)), prompt, { presence });
    await acked.promise;
    await host.stop();
    const goneMs = performance.now();
    const { text, error } = await call;
    expect(text).toBe("half");
    expect(error?.code).toBe("vanished");
    expect(performance.now() - goneMs).toBeLessThan(8_000);
  });

  test("is told by where it answers us, when another instance still serves its address", async () => {
    const agent: ScriptedAgent = { name: "twin", beat: {} };
    let probes = 0;
    const serving = await start({
      name: "twin",
      answer: (reply) => {
        const { connection, request } = reply;
        connection.subscribe("twin.own", {
          callback: () => {
            probes += 1;
          },
        });
        connection.publish(request.reply ?? "", '{"type":"status","data":"ack"}', { reply: "twin.own" });
      },
    });
    const call = readCall(bus, targetAt(subjectOf("prompt", agent)), prompt, {
      presence: { statusSubject: subjectOf("status", agent), isOffline },
    });
    await until("the call to be served", () => probes > 0);
    await start(agent);
    await until("its place to be known as one that is listened on", () => probes > 1);
    await serving.stop();
    expect((await call).error?.code).toBe("vanished");
  });

  test("is told as soon as its heartbeats have stopped, when it hangs", async () => {
    const agent: ScriptedAgent = { name: "hangs", answer: (reply) => reply.ack() };
    await start(agent);
    const { error } = await readCall(bus, targetAt(subjectOf("prompt", agent)), prompt, {
      presence: { isOffline: () => true },
    });
    expect(error?.code).toBe("vanished");
    expect(error?.message).toContain("heartbeats have stopped");
  });
});

describe("an agent that is quiet", () => {
  test("is waited for as long as somebody listens, where it never listened, too", async () => {
    const agent: ScriptedAgent = {
      name: "quiet",
      answer: (reply) => {
        const { connection, request } = reply;
        connection.publish(request.reply ?? "", '{"type":"status","data":"ack"}', { reply: "nobody.ever.listened" });
        setTimeout(() => {
          reply.text("done");
          reply.end();
        }, 3_000);
      },
    };
    await start(agent);
    const { text, error } = await readCall(bus, targetAt(subjectOf("prompt", agent)), prompt, {
      presence: { statusSubject: "agents.status.never.was.served", isOffline },
    });
    expect([text, error]).toEqual(["done", undefined]);
  });
});

describe("a question that is open when its call ends", () => {
  const asks = (name: string, heard: (answer: string) => void, after: "error" | "end" | "nothing"): ScriptedAgent => ({
    name,
    answer: (reply) => {
      const subject = reply.connection.subscribe(`answers.${name}`, {
        callback: (_, message) => heard(message.string()),
      });
      reply.ack();
      const data = { id: "q", reply_subject: subject.getSubject(), prompt: "May I?" };
      reply.send(JSON.stringify({ type: "query", data }));
      if (after === "error") reply.error("500", "broke");
      if (after !== "nothing") reply.end();
    },
  });
  const waits = (): Promise<undefined> => new Promise(() => undefined);

  test("is refused, so that the asker does not wait: after an error, and when we leave", async () => {
    for (const after of ["error", "nothing"] as const) {
      const heard = deferred<string>();
      const agent = asks(`asks-${after}`, (answer) => heard.resolve(answer), after);
      await start(agent);
      const left = new AbortController();
      const options = { answer: waits, refusal: "no: nobody can answer", signal: left.signal };
      const call = readCall(bus, targetAt(subjectOf("prompt", agent)), prompt, {
        ...options,
        answer: () => {
          if (after === "nothing") left.abort();
          return waits();
        },
      });
      expect(await heard.promise).toBe("no: nobody can answer");
      expect((await call).error).toBeDefined();
    }
  });

  test("is moot after a whole answer: nothing is sent", async () => {
    const heard: string[] = [];
    const agent = asks("moot", (answer) => void heard.push(answer), "end");
    const host = await start(agent);
    const { error } = await readCall(bus, targetAt(subjectOf("prompt", agent)), prompt, {
      answer: waits,
      refusal: "no",
    });
    await bus.flush();
    await host.connection.flush();
    expect(error).toBeUndefined();
    expect(heard).toEqual([]);
  });
});

test("a file with a path for a name is left out with what is known of it", async () => {
  const agent: ScriptedAgent = {
    name: "paths",
    answer: (reply) => {
      const attachments = [
        { filename: "../x", content: "aGk=" },
        { filename: "y", content: "***" },
      ];
      reply.send(JSON.stringify({ type: "response", data: { text: "", attachments } }));
      reply.end();
    },
  };
  await start(agent);
  const { events } = await readCall(bus, targetAt(subjectOf("prompt", agent)), prompt);
  expect(events.map((event) => (event.type === "notice" ? event.file : undefined))).toEqual([
    { filename: "../x", data: new TextEncoder().encode("hi") },
    { filename: "y" },
    undefined,
  ]);
});

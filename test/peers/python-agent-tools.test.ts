// The six agent tools beside those of the independent Python SDK: the same definitions, and the same results of the same calls to the same agents.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { missingForPythonPeer, peerPython } from "../../build/test/python-peer.ts";
import { agentToolNames } from "../../src/manifest/tools/other-agents-config.ts";
import { agentToolDefinitions } from "../../src/tool/agents/definitions.ts";
import { openCaller } from "../support/caller.ts";
import { jsonRecord, jsonRecords } from "../support/json-record.ts";
import { mayRun } from "../support/may-run.ts";
import { startNatsServer } from "../support/nats-server.ts";
import { otherAgents, turn } from "../support/other-agents.ts";
import { runProgram } from "../support/run-program.ts";
import { type ScriptedHost, startScriptedHost } from "../support/scripted-host.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

type Step = readonly [tool: string, input: Readonly<Record<string, unknown>>];

const at = (name: string): string => `agents.prompt.stand-in.tests.${name}`;
const prompt = (name: string, more: Record<string, unknown> = {}): Step => [
  "prompt_agent",
  { address: at(name), prompt: "Hello?", ...more },
];
const call = { call_ids: ["$call_id"] };

const dialogues: Readonly<Record<string, readonly Step[]>> = {
  "who is there": [
    ["discover_agents", {}],
    ["discover_agents", { name: "echo" }],
    ["discover_agents", { owner: "nobody" }],
  ],
  "an answer": [prompt("echo"), prompt("echo", { label: "first" })],
  "a question and its answer": [
    prompt("asks"),
    ["list_agent_calls", {}],
    ["answer_agent", { call_id: "$call_id", answer: "Blue" }],
    ["answer_agent", { call_id: "$call_id", answer: "Red" }],
  ],
  "calls that are left to themselves": [
    prompt("silent", { wait: false, label: "quiet" }),
    ["wait_agent", { ...call, timeout_ms: 0 }],
    ["list_agent_calls", {}],
    ["cancel_agent", call],
    ["wait_agent", call],
    ["list_agent_calls", {}],
  ],
  "an agent that fails": [prompt("fails")],
  "what cannot be done": [
    prompt("nobody"),
    ["wait_agent", { call_ids: ["call_000000000000"] }],
    ["answer_agent", { call_id: "call_000000000000", answer: "Blue" }],
    ["cancel_agent", { call_ids: ["call_000000000000"] }],
  ],
};

describe.if(mayRun("Python peer", missingForPythonPeer()))("the agent tools of the Python SDK", () => {
  const stack = new AsyncDisposableStack();
  const folder = scratchFolder();
  let ours: (steps: readonly Step[]) => Promise<readonly Record<string, unknown>[]>;
  let theirs: (steps: readonly Step[]) => Promise<readonly Record<string, unknown>[]>;

  beforeAll(async () => {
    const nats = stack.adopt(await startNatsServer(), (one) => one.stop());
    stack.adopt(await standIns(nats.url), (one) => one.stop());
    const bus = stack.adopt(await openCaller(nats.url), (one) => one.close());
    const tools = stack.use(otherAgents(bus, "fleet: { type: agents }"));
    ours = async (steps) => {
      const { context, end } = turn("t", { folder: () => Promise.resolve(folder) });
      const results: Record<string, unknown>[] = [];
      let id = "";
      for (const [tool, input] of steps) {
        const filled = jsonRecord(JSON.stringify(input).replaceAll("$call_id", id));
        const result = jsonRecord((await tools.call(tool, filled, context)).text);
        if (typeof result["call_id"] === "string") id = result["call_id"];
        results.push(result);
      }
      await end();
      return results;
    };
    theirs = async (steps) => jsonRecords(await python("run", nats.url, JSON.stringify(steps)));
  }, 60_000);
  afterAll(() => stack.disposeAsync(), 60_000);

  test("are defined by the same words and schemas, all six and those that wait", async () => {
    const { all, blocking } = jsonRecord(JSON.stringify(await python("definitions")));
    expect(agentToolDefinitions(new Set(agentToolNames)) as unknown).toEqual(all);
    const waiting = new Set(["discover_agents", "prompt_agent", "answer_agent"] as const);
    expect(agentToolDefinitions(waiting) as unknown).toEqual(blocking);
  });

  test.each(Object.entries(dialogues))(
    "give a model the same to read: %s",
    async (_, steps) => {
      expect(plain(await ours(steps))).toEqual(plain(await theirs(steps)));
    },
    30_000,
  );
});

function standIns(url: string): Promise<ScriptedHost> {
  return startScriptedHost(url, [
    {
      name: "echo",
      description: "An echo",
      answer: (reply) => {
        reply.ack();
        reply.text(`You said ${String(jsonRecord(reply.request.string())["prompt"])}`);
        reply.end();
      },
    },
    {
      name: "asks",
      answer: (reply) => {
        const inbox = `answers.${crypto.randomUUID()}`;
        reply.connection.subscribe(inbox, {
          max: 1,
          callback: (_, message) => {
            reply.text(`Then ${message.string()}`);
            reply.end();
          },
        });
        reply.send(JSON.stringify({ type: "query", data: { id: "q", reply_subject: inbox, prompt: "Which colour?" } }));
      },
    },
    { name: "silent", attachmentsOk: "false", answer: (reply) => reply.ack() },
    {
      name: "fails",
      answer: (reply) => {
        reply.text("As far as it came");
        reply.error("500", "broke", '{"error":"internal","message":"broke"}');
        reply.end();
      },
    },
  ]);
}

async function python(...args: readonly string[]): Promise<unknown> {
  const program = join(import.meta.dirname, "python", "agent_tools.py");
  const { stdout, stderr, code } = await runProgram([peerPython, program, ...args]);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

/**
 * Without what differs from run to run (ids by the order in which they come, times, the order of agents), and without the words of errors, which are each
 * host's own.
 */
function plain(results: readonly Record<string, unknown>[]): unknown {
  const text = JSON.stringify(results);
  const ids = [...new Set([...text.matchAll(/"call_id":"([^"]+)"/g)].map(([, id = ""]) => id))];
  const named = ids.reduce((all, id, index) => all.replaceAll(id, `call-${index}`), text);
  return JSON.parse(named.replaceAll(/"\d{4}-\d\d-\d\dT[^"]+"/g, '"TIME"'), (key, value: unknown) => {
    if (key === "error") return "WORDS";
    return key === "agents" ? jsonRecords(value).toSorted(byAddress) : value;
  });
}

function byAddress(one: Record<string, unknown>, other: Record<string, unknown>): number {
  return String(one["address"]) < String(other["address"]) ? -1 : 1;
}

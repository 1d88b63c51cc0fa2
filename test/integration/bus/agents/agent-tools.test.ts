// `type: agents`: the six tools against agents that say on the wire what a test tells them to.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BusConnection } from "../../../../src/bus/connection/connection.ts";
import { deferred } from "../../../../src/bus/deferred.ts";
import type { ToolContext } from "../../../../src/tool/contract.ts";
import { openCaller } from "../../../support/caller.ts";
import { type RunningNatsServer, startNatsServer } from "../../../support/nats-server.ts";
import { otherAgents, type OtherAgents, ownAddress, turn } from "../../../support/other-agents.ts";
import { type ScriptedHost, startScriptedHost } from "../../../support/scripted-host.ts";

let server: RunningNatsServer;
let bus: BusConnection;
let host: ScriptedHost;
let folder: string;
let tools: OtherAgents;
const refusals: string[] = [];
/** The silent agent was asked. */
let onSilent = (): void => undefined;

const at = (name: string): string => `agents.prompt.stand-in.tests.${name}`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "muster-agents-"));
  server = await startNatsServer();
  bus = await openCaller(server.url);
  host = await startScriptedHost(server.url, [
    {
      name: "echo",
      id: "echo-1",
      description: "An echo",
      answer: (reply) => {
        reply.ack();
        reply.text("echo ");
        reply.send('{"type":"response","data":{"text":"","attachments":[{"filename":"../a.txt","content":"aGk="}]}}');
        reply.end();
      },
    },
    {
      name: "asks",
      id: "asks-1",
      answer: (reply) => {
        const inbox = `answers.${crypto.randomUUID()}`;
        reply.connection.subscribe(inbox, {
          callback: (_, message) => {
            const answer = message.string();
            if (answer.startsWith("no: nobody waits")) refusals.push(answer);
            reply.text(`heard ${answer}`);
            reply.end();
          },
        });
        reply.ack();
        reply.send(JSON.stringify({ type: "query", data: { id: "q", reply_subject: inbox, prompt: "Which?" } }));
      },
    },
    {
      name: "fails",
      id: "fails-1",
      answer: (reply) => {
        reply.text("part");
        reply.error("500", "broke", '{"error":"internal","message":"broke"}');
        reply.end();
      },
    },
    {
      name: "silent",
      id: "silent-1",
      answer: (reply) => {
        reply.ack();
        onSilent();
      },
    },
    { name: "me", agent: "muster", id: "me-1", answer: (reply) => reply.end() },
    { name: "plain", id: "plain-1", attachmentsOk: "false", answer: (reply) => reply.end() },
  ]);
  tools = otherAgents(bus, "fleet: { type: agents, timeout: 3s, max_calls: 2 }");
});

afterAll(async () => {
  await tools[Symbol.asyncDispose]();
  await host.stop();
  await bus.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

function newTurn(changes: Partial<ToolContext> = {}) {
  return turn(crypto.randomUUID(), { folder: () => Promise.resolve(folder), ...changes });
}

async function call(context: ToolContext, name: string, input: Record<string, unknown> = {}) {
  const { text, failed } = await tools.call(name, input, context);
  const result: unknown = JSON.parse(text);
  return { result: { ...Object(result) } as Record<string, unknown>, failed };
}

/** A text that holds or matches it. */
function matching(what: string | RegExp): unknown {
  return typeof what === "string" ? expect.stringContaining(what) : expect.stringMatching(what);
}

const anyId = matching(/^call_[0-9a-f]{12}$/);

describe("the six tools", () => {
  test("discover_agents lists each address once, with what the contract asks for, and not our own", async () => {
    const { result } = await call(newTurn().context, "discover_agents", { name: "echo" });
    expect(result).toEqual({
      agents: [
        {
          address: at("echo"),
          agent: "stand-in",
          owner: "tests",
          name: "echo",
          description: "An echo",
          identity: null,
          identity_verified: false,
          requires_signed_prompts: false,
          accepts_attachments: true,
          instances: 1,
        },
      ],
    });
    const all = await call(newTurn().context, "discover_agents");
    expect(JSON.stringify(all.result)).not.toContain(ownAddress);
  });

  test("prompt_agent waits for the whole answer, its files saved under safe names", async () => {
    const { result, failed } = await call(newTurn().context, "prompt_agent", {
      address: at("echo"),
      prompt: "hi",
      label: "one",
    });
    expect(result).toEqual({
      call_id: anyId,
      state: "completed",
      label: "one",
      reply: "echo ",
      attachments: [{ filename: "../a.txt", size_bytes: 2, path: join(folder, String(result["call_id"]), "a.txt") }],
    });
    expect(failed).toBeUndefined();
  });

  test("a question makes the call input_required until answer_agent answers it", async () => {
    const { context } = newTurn();
    const asked = await call(context, "prompt_agent", { address: at("asks"), prompt: "hi" });
    expect(asked.result).toEqual({
      call_id: anyId,
      state: "input_required",
      question: "Which?",
      open_calls: 1,
      open_calls_note: matching("1 call you started is still open"),
    });
    const id = asked.result["call_id"];
    const answered = await call(context, "answer_agent", { call_id: id, answer: "that" });
    expect(answered.result).toEqual({ call_id: id, state: "completed", reply: "heard that" });
    const again = await call(context, "answer_agent", { call_id: id, answer: "that" });
    expect(again).toEqual({
      result: { error: `Call "${String(id)}" has no open question: it is completed; wait_agent returns its result` },
      failed: "invalid",
    });
  });

  test("an error is a failed call with what was said before, and counts as a failed tool", async () => {
    const { result, failed } = await call(newTurn().context, "prompt_agent", { address: at("fails"), prompt: "hi" });
    expect(result).toEqual({
      call_id: anyId,
      state: "failed",
      error: matching("broke (500 internal)"),
      partial_reply: "part",
    });
    expect(failed).toBe("failed");
  });

  test("calls run beside each other with wait false, and are collected, listed and cancelled", async () => {
    const { context } = newTurn();
    const silent = await call(context, "prompt_agent", { address: at("silent"), prompt: "hi", wait: false });
    expect(silent.result).toMatchObject({ state: "running", open_calls: 1 });
    const echo = await call(context, "prompt_agent", { address: at("echo"), prompt: "hi", wait: false });
    const ids = [silent.result["call_id"], echo.result["call_id"]];
    const first = await call(context, "wait_agent", { call_ids: ids });
    expect(first.result).toMatchObject({ call_id: ids[1], state: "completed", remaining: [ids[0]] });
    expect((await call(context, "wait_agent", { call_ids: [ids[0]], timeout_ms: 0 })).result).toMatchObject({
      state: "running",
      call_ids: [ids[0]],
    });
    const listed = await call(context, "list_agent_calls");
    expect(listed.result["calls"]).toEqual([
      { call_id: ids[0], address: at("silent"), state: "running", started_at: matching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) },
      {
        call_id: ids[1],
        address: at("echo"),
        state: "completed",
        started_at: matching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        ended_at: matching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      },
    ]);
    const cancelled = await call(context, "cancel_agent", { call_ids: [ids[0], "call_none"] });
    expect(cancelled.result).toEqual({
      calls: [
        { call_id: ids[0], state: "cancelled" },
        { call_id: "call_none", error: '"call_none": no such call in your calls; list_agent_calls shows them' },
      ],
    });
  });

  test("a call past its time is expired", async () => {
    const { result, failed } = await call(newTurn().context, "prompt_agent", { address: at("silent"), prompt: "hi" });
    expect(result).toMatchObject({ state: "expired", error: matching("limit of 3 seconds") });
    expect(failed).toBe("timeout");
  });

  test("more calls than are tracked at once are refused while all are open", async () => {
    const mine = newTurn();
    const start = () => call(mine.context, "prompt_agent", { address: at("silent"), prompt: "hi", wait: false });
    await start();
    await start();
    expect((await start()).result).toMatchObject({
      error: matching("All 2 tracked calls are still open"),
    });
    await mine.end();
  });
});

describe("a scope", () => {
  test("is the turn: no other turn sees its calls, and its end refuses open questions", async () => {
    const mine = newTurn();
    const asked = await call(mine.context, "prompt_agent", { address: at("asks"), prompt: "hi" });
    const other = await call(newTurn().context, "wait_agent", { call_ids: [asked.result["call_id"]] });
    expect(other.result).toMatchObject({ error: matching("no such call") });
    refusals.length = 0;
    await mine.end();
    await bus.flush();
    await host.connection.flush();
    await host.connection.flush();
    expect(refusals).toHaveLength(1);
  });

  test("a turn that is stopped takes the call that it waits for with it", async () => {
    const stop = new AbortController();
    const { context } = newTurn({ signal: stop.signal });
    const waiting = deferred<unknown>();
    onSilent = () => stop.abort(new Error("stopped"));
    tools.call("prompt_agent", { address: at("silent"), prompt: "hi" }, context).then(
      () => waiting.resolve(undefined),
      (error: unknown) => waiting.resolve(error),
    );
    expect(await waiting.promise).toEqual(new Error("stopped"));
    onSilent = () => undefined;
  });
});

describe("refusals", () => {
  test("our own address, an address that nobody has, and too many hops send nothing", async () => {
    const { context } = newTurn();
    const own = await call(context, "prompt_agent", { address: ownAddress, prompt: "hi" });
    expect(own).toEqual({
      result: { error: `"${ownAddress}" is your own address; answer the prompt yourself` },
      failed: "denied",
    });
    const none = await call(context, "prompt_agent", { address: at("none"), prompt: "hi" });
    expect(none.result).toEqual({
      error: `No agent answers at "${at("none")}"; call discover_agents for the current list`,
    });
    const far = await call(newTurn({ hops: 8 }).context, "prompt_agent", { address: at("echo"), prompt: "hi" });
    expect(far.result).toEqual({ error: matching("8 is the limit") });
  });

  test("files are sent only from the turn's folder and the roots, links followed", async () => {
    const { context } = newTurn();
    const secret = await mkdtemp(join(tmpdir(), "muster-secret-"));
    await writeFile(join(secret, "key"), "secret");
    await symlink(join(secret, "key"), join(folder, "link"));
    await writeFile(join(folder, "mine.txt"), "mine");
    const send = (...attachments: readonly string[]) =>
      call(context, "prompt_agent", { address: at("echo"), prompt: "hi", attachments });
    expect((await send("mine.txt")).result).toMatchObject({ state: "completed" });
    for (const path of [join(secret, "key"), "link", "../../etc/passwd", "/etc/passwd", "/dev/zero"])
      expect(Object.keys((await send(path)).result)).toEqual(["error"]);
    expect((await send("gone.txt")).result).toEqual({ error: 'The attachment "gone.txt" does not exist' });
    const plain = await call(context, "prompt_agent", { address: at("plain"), prompt: "x", attachments: ["mine.txt"] });
    expect(plain.result).toEqual({ error: matching("takes no attachments") });
    await rm(secret, { recursive: true, force: true });
  });
});

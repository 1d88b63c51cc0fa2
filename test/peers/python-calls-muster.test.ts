// The independent Python SDK as a caller of Muster: discovery, prompts, attachments, status, heartbeats.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { missingForPythonPeer, peerPython } from "../../build/test/python-peer.ts";
import { jsonRecord } from "../support/json-record.ts";
import { mayRun } from "../support/may-run.ts";
import { runProgram } from "../support/run-program.ts";
import { type PeerRuntime, startPeerRuntime } from "./peer-runtime.ts";

describe.if(mayRun("Python peer", missingForPythonPeer()))("the Python SDK calls Muster", () => {
  let runtime: PeerRuntime;

  beforeAll(async () => {
    runtime = await startPeerRuntime("The press is warm.");
    runtime.model.script("long", { tokens: 40_000, piece: "0123456789" });
  });

  afterAll(() => runtime.close());

  test("§4 it discovers every agent with its subjects, limits and versions", async () => {
    const { agents } = await call("discover");
    expect(agents).toContainEqual(
      expect.objectContaining({
        agent: "muster",
        owner: "peers",
        name: "inspector",
        description: "Explains alarms",
        protocol_version: "0.3",
        prompt_subject: "agents.prompt.muster.peers.inspector",
        attachments_ok: true,
        max_payload: 1024 * 1024,
        endpoints: ["prompt", "status"],
      }),
    );
    expect(agents).toHaveLength(3);
  });

  test("its prompt is acked first and answered in whole", async () => {
    const { text, statuses } = await call("prompt", "inspector", "Which alarm?");
    expect(text).toBe("The press is warm.");
    expect(statuses).toContain("ack");
  });

  test("a long answer comes in chunks that join to what the model said", async () => {
    const { text, pieces } = await call("prompt", "teller", "Tell");
    expect(text).toBe("0123456789".repeat(40_000));
    expect(pieces).toBeGreaterThan(1);
  });

  test("§5 a text attachment reaches the model under its name", async () => {
    const file = join(runtime.muster.folder, "alarm.log");
    await writeFile(file, "E42 press hot");
    await call("prompt", "inspector", "What is this?", file);
    const sent = JSON.stringify(runtime.model.received.chats().at(-1)?.body);
    expect(sent).toContain("alarm.log");
    expect(sent).toContain("E42 press hot");
  });

  test("an attachment to an agent that takes none fails before it is sent, by the registration alone", async () => {
    const { error } = await call("prompt", "teller", "What is this?", join(runtime.muster.folder, "agents.yaml"));
    expect(error).toBe("AttachmentsNotSupportedError");
  });

  test("an empty prompt to a served subject is refused with 400", async () => {
    const { error, message } = await call("prompt", "inspector", " ");
    expect([error, message]).toEqual(["ProtocolError", expect.stringContaining("400")]);
  });

  test("§8.7 status answers with the same payload that beats", async () => {
    const { status } = await call("status", "inspector");
    expect(status).toMatchObject({
      agent: "muster",
      owner: "peers",
      interval_s: 1,
      state: "ready",
      in_flight: 0,
      queued: 0,
    });
  });

  test("§8.1 heartbeats come at their interval, and the agent counts as online", async () => {
    const { beats, online } = await call("beats", "inspector", "3");
    expect(beats).toHaveLength(3);
    expect(online).toBe(true);
  });

  async function call(...args: string[]): Promise<Record<string, unknown>> {
    const caller = join(import.meta.dirname, "python", "caller.py");
    const { code, stdout, stderr } = await runProgram([peerPython, caller, runtime.nats.url, ...args]);
    if (code !== 0) throw new Error(stderr);
    return jsonRecord(stdout);
  }
});

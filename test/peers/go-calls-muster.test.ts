// A raw NATS client in Go: the micro service answers through nats.go's own types, a prompt's stream message by message, heartbeats.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { goPeer, missingForGoPeer } from "../../build/test/go-peer.ts";
import { jsonRecord, jsonRecords } from "../support/json-record.ts";
import { mayRun } from "../support/may-run.ts";
import { runProgram } from "../support/run-program.ts";
import { type PeerRuntime, startPeerRuntime } from "./peer-runtime.ts";

describe.if(mayRun("Go peer", missingForGoPeer()))("a Go client calls Muster", () => {
  let runtime: PeerRuntime;

  beforeAll(async () => {
    runtime = await startPeerRuntime("The press is warm.");
  });

  afterAll(() => runtime.close());

  test("§3 PING, INFO and STATS decode strictly as a micro service's", async () => {
    await call("prompt", "agents.prompt.muster.peers.inspector", "Which alarm?");
    const { pings, infos, stats } = await call("micro");
    expect([pings, infos, stats]).toEqual([expect.any(Array), expect.any(Array), expect.any(Array)]);
    expect(pings).toHaveLength(3);
    const inspector = jsonRecords(infos).find((info) => info["description"] === "Explains alarms");
    expect(inspector).toMatchObject({
      name: "agents",
      type: "io.nats.micro.v1.info_response",
      metadata: { agent: "muster", owner: "peers", protocol_version: "0.3" },
    });
    expect(jsonRecords(inspector?.["endpoints"])).toContainEqual({
      name: "prompt",
      subject: "agents.prompt.muster.peers.inspector",
      queue_group: "agents",
      metadata: { max_payload: "1MB", attachments_ok: "true", min_sender_trust: "any" },
    });
    const endpoints = jsonRecords(stats).flatMap((one) => jsonRecords(one["endpoints"]));
    const prompt = endpoints.find(({ subject }) => subject === "agents.prompt.muster.peers.inspector");
    expect(prompt).toMatchObject({ num_requests: 1, num_errors: 0 });
  });

  test("§6.5 a stream is an ack, the text, one end and nothing after it", async () => {
    const { statuses, text, ends, after } = await call(
      "prompt",
      "agents.prompt.muster.peers.inspector",
      "Which alarm?",
    );
    expect(statuses).toEqual(["ack"]);
    expect(text).toBe("The press is warm.");
    expect([ends, after]).toEqual([1, 0]);
  });

  test("§5 a malformed envelope is an error with both headers and a named reason, then the end, without an ack", async () => {
    const { code, reason, body, statuses, ends } = await call(
      "prompt",
      "agents.prompt.muster.peers.inspector",
      "{no json",
    );
    expect(code).toBe("400");
    expect(reason).not.toBe("");
    expect(body).toMatchObject({ error: "invalid_json" });
    expect(statuses).toEqual([]);
    expect(ends).toBe(1);
  });

  test("a busy agent without a queue refuses with 429 and says when to come back", async () => {
    const first = call("prompt", "agents.prompt.muster.peers.snail", "one");
    await runtime.model.received.request((request) => request.model.startsWith("slow") && request.path === "/api/chat");
    const { code, body } = await call("prompt", "agents.prompt.muster.peers.snail", "two");
    expect(code).toBe("429");
    expect(body).toMatchObject({ error: "busy" });
    expect(body).toHaveProperty("retry_after_s");
    expect((await first)["ends"]).toBe(1);
  });

  test("heartbeats come on the subject that the protocol fixes", async () => {
    const [beat] = Object.values(await call("beats", "agents.hb.muster.peers.inspector", "1"));
    expect(beat).toMatchObject({ agent: "muster", owner: "peers", interval_s: 1, state: "ready" });
  });

  async function call(...args: string[]): Promise<Record<string, unknown>> {
    const { code, stdout, stderr } = await runProgram([goPeer, runtime.nats.url, ...args]);
    if (code !== 0) throw new Error(stderr);
    return jsonRecord(stdout);
  }
});

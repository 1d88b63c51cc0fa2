// What we export is read by OpenTelemetry's own Python messages, in both encodings: every field that we write is one that they know.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { missingForPythonPeer, peerPython } from "../../build/test/python-peer.ts";
import { jsonEncoding } from "../../src/telemetry/otlp/json-encoding.ts";
import { protobufEncoding } from "../../src/telemetry/otlp/protobuf-encoding.ts";
import { turnSpans } from "../../src/telemetry/otlp/turn-spans.ts";
import type { TurnTrace } from "../../src/telemetry/trace.ts";
import { mayRun } from "../support/may-run.ts";

const reader = join(import.meta.dirname, "python", "otlp_reader.py");
const encodings = { protobuf: protobufEncoding, json: jsonEncoding };

const trace: TurnTrace = {
  ...{ id: "t1", agent: "helper", session: "s ✓", startedAt: "2026-01-02T03:04:05.006Z", totalMs: 200.5 },
  calls: [
    {
      ...{ model: "cloud", provider: "openai", servedModel: "gpt-5-mini-2026", startMs: 20, totalMs: 100 },
      ...{ inputTokens: 12, outputTokens: 3, cachedTokens: 0, estimated: true, finish: "stop", firstTokenMs: 40 },
      cost: { amount: 0.5, currency: "USD" },
      asked: {
        ...{ model: "gpt-5-mini", temperature: 1, maxTokens: 400, seed: -3, stop: ["\n", "END"] },
        server: { address: "::1", port: 443 },
      },
    },
  ],
  failures: [{ model: "local", provider: "ollama", startMs: 1, totalMs: 10, error: "refused" }],
  tools: [
    { name: "shell", callId: "c1", outcome: "denied", startMs: 130, durationMs: 60, inputBytes: 9, outputBytes: 0 },
  ],
  approvals: [{ tool: "shell", answer: "no", by: "operator", startMs: 140, waitedMs: 40 }],
  ...{ fallbacks: ["local → cloud"], trimmedTurns: 0, outcome: "error", error: "limit", reason: "too far" },
  span: {
    ...{ traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" },
    ...{ parentSpanId: "00f067aa0ba902b7", state: "a=1" },
  },
  prompt: "Why?",
  answer: "\ud83d cut",
};

describe.if(mayRun("Python peer", missingForPythonPeer()))("spans, as the Python messages read them", () => {
  const read = new Map<string, unknown[]>();

  beforeAll(async () => {
    const spans = turnSpans(trace, true);
    for (const [name, encoding] of Object.entries(encodings)) {
      const facts = { resource: { "service.name": "press-07", "process.pid": 12 }, version: "1.2.3" };
      const body = encoding.request(
        spans.map((span) => encoding.span(span)),
        facts,
      );
      read.set(name, await readBy(name, body));
    }
  });

  afterAll(() => read.clear());

  test("are the same in both encodings", () => {
    expect(read.get("protobuf")).toHaveLength(5);
    expect(read.get("protobuf")).toEqual(read.get("json"));
  });

  test("are what was written, each value of its kind", () => {
    const [turn, failed, chat, tool] = read.get("protobuf") ?? [];
    expect(turn).toMatchObject({
      scope: ["muster", "1.2.3"],
      resource: { "service.name": { string_value: "press-07" }, "process.pid": { int_value: 12 } },
      name: "invoke_agent helper",
      traceId: "0af7651916cd43dd8448eb211c80319c",
      spanId: "b7ad6b7169203331",
      parentSpanId: "00f067aa0ba902b7",
      traceState: "a=1",
      flags: 1,
      kind: 1,
      startNano: "1767323045006000000",
      endNano: "1767323045206500000",
      status: [2, "too far"],
    });
    expect(failed).toMatchObject({ name: "chat local", kind: 3, status: [2, ""] });
    expect(chat).toMatchObject({
      attributes: {
        "gen_ai.request.temperature": { double_value: 1 },
        "gen_ai.request.max_tokens": { int_value: 400 },
        "gen_ai.request.seed": { int_value: -3 },
        "gen_ai.request.stop_sequences": [{ string_value: "\n" }, { string_value: "END" }],
        "gen_ai.request.stream": { bool_value: true },
        "gen_ai.response.model": { string_value: "gpt-5-mini-2026" },
        "gen_ai.response.time_to_first_chunk": { double_value: 0.04 },
        "gen_ai.usage.cache_read.input_tokens": { int_value: 0 },
        "server.address": { string_value: "::1" },
      },
      status: [0, ""],
    });
    expect(tool).toMatchObject({ attributes: { "muster.tool.output_bytes": { int_value: 0 } } });
  });
});

/** Rejects with what Python says where it cannot read all of it. */
async function readBy(format: string, body: Uint8Array<ArrayBuffer>): Promise<unknown[]> {
  const child = Bun.spawn([peerPython, reader, format], { stdin: new Blob([body]), stdout: "pipe", stderr: "pipe" });
  const [out, problem, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code !== 0) throw new Error(`The reader cannot read it: ${problem}`);
  const spans: unknown = JSON.parse(out);
  if (!Array.isArray(spans)) throw new Error(`The reader says: ${out}`);
  return spans.map((span: unknown) => span);
}

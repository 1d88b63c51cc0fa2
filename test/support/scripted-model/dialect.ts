// How an answer looks on the wire of each provider.

import type { Script, ScriptedCall } from "./script.ts";
import { piecesOf } from "./script.ts";

export interface Counts {
  readonly input: unknown;
  readonly output: unknown;
}

/** Everything that one answer sends, serialised once. */
export interface Records {
  readonly contentType: string;
  readonly opening: readonly Uint8Array[];
  readonly pieces: readonly Uint8Array[];
  readonly closing: readonly Uint8Array[];
  readonly half: Uint8Array;
  readonly error: Uint8Array;
}

export type DialectName = "ollama" | "openai" | "anthropic";

const encoder = new TextEncoder();
const encode = (text: string) => encoder.encode(text);
const line = (value: unknown) => encode(`${JSON.stringify(value)}\n`);
const event = (value: unknown) => encode(`data: ${JSON.stringify(value)}\n\n`);
const named = (value: { type: string }) => encode(`event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`);

export function recordsOf(dialect: DialectName, model: string, script: Script): Records {
  const pieces = piecesOf(script);
  const counts = script.usage === "none" ? undefined : (script.usage ?? { input: 10, output: pieces.length });
  switch (dialect) {
    case "ollama":
      return ollama(model, script, pieces, counts);
    case "openai":
      return openai(model, script, pieces, counts);
    case "anthropic":
      return anthropic(model, script, pieces, counts);
  }
}

function ollama(model: string, script: Script, pieces: readonly string[], counts: Counts | undefined): Records {
  const base = { model, created_at: "2026-01-01T00:00:00.000000000Z" };
  const say = (message: object) =>
    line({ ...base, message: { role: "assistant", content: "", ...message }, done: false });
  return {
    contentType: "application/x-ndjson",
    opening: script.thinking === undefined ? [] : [say({ thinking: script.thinking })],
    pieces: pieces.map((content) => say({ content })),
    closing: [
      ...(script.calls ?? []).map(({ name, input }) => say({ tool_calls: [{ function: { name, arguments: input } }] })),
      line({
        ...base,
        message: { role: "assistant", content: "" },
        done: true,
        done_reason: script.finish ?? "stop",
        total_duration: 1_000_000,
        ...(counts === undefined ? {} : { prompt_eval_count: counts.input, eval_count: counts.output }),
      }),
    ],
    half: encode('{"model":"x","message":{"role":"assistant","content":"hal'),
    error: line({ error: script.errorText ?? "an error was encountered while running the model" }),
  };
}

function openai(model: string, script: Script, pieces: readonly string[], counts: Counts | undefined): Records {
  const base = { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1_767_225_600, model };
  const say = (delta: object, reason: string | null = null) =>
    event({ ...base, choices: [{ index: 0, delta, finish_reason: reason }] });
  const usage = {
    prompt_tokens: counts?.input,
    completion_tokens: counts?.output,
    prompt_tokens_details: { cached_tokens: 0 },
  };
  return {
    contentType: "text/event-stream",
    opening: [
      say({ role: "assistant", content: "" }),
      ...(script.thinking === undefined ? [] : [say({ reasoning_content: script.thinking })]),
    ],
    pieces: pieces.map((content) => say({ content })),
    closing: [
      ...openaiCalls(script).map((call) => say({ tool_calls: [call] })),
      say({}, script.finish ?? (script.calls === undefined ? "stop" : "tool_calls")),
      ...(counts === undefined ? [] : [event({ ...base, choices: [], usage })]),
      encode("data: [DONE]\n\n"),
    ],
    half: encode('data: {"choices":[{"delta":{"content":"hal'),
    error: event({ error: { message: script.errorText ?? "the engine died", type: "server_error" } }),
  };
}

function anthropic(model: string, script: Script, pieces: readonly string[], counts: Counts | undefined): Records {
  const usage = counts === undefined ? {} : { input_tokens: counts.input, output_tokens: 1 };
  const delta = (value: object) => named({ type: "content_block_delta", ...{ index: 0, delta: value } });
  return {
    contentType: "text/event-stream",
    opening: [
      named({ type: "message_start", ...{ message: { id: "msg_1", role: "assistant", model, content: [], usage } } }),
      named({ type: "ping" }),
      ...(script.thinking === undefined ? [] : [delta({ type: "thinking_delta", thinking: script.thinking })]),
    ],
    pieces: pieces.map((text) => delta({ type: "text_delta", text })),
    closing: [
      named({ type: "content_block_stop", ...{ index: 0 } }),
      ...anthropicCalls(script),
      named({
        type: "message_delta",
        ...{
          delta: { stop_reason: script.finish === "length" ? "max_tokens" : "end_turn" },
          usage: counts === undefined ? {} : { output_tokens: counts.output },
        },
      }),
      named({ type: "message_stop" }),
    ],
    half: encode('event: content_block_delta\ndata: {"type":"content_block_delta","delta":{"te'),
    error: named({
      type: "error",
      ...{ error: { type: "api_error", message: script.errorText ?? "Internal server error" } },
    }),
  };
}

/** Each call in pieces, as the real ones come: its name first, its arguments cut in two. */
function openaiCalls({ calls = [] }: Script): object[] {
  return calls.flatMap(({ name, input }, index) => {
    const [head, tail] = halves(input);
    return [
      { index, id: `call_${index}`, type: "function", function: { name, arguments: "" } },
      { index, function: { arguments: head } },
      { index, function: { arguments: tail } },
    ];
  });
}

function anthropicCalls({ calls = [] }: Script): Uint8Array[] {
  return calls.flatMap(({ name, input }, at) => {
    const index = at + 1;
    const piece = (json: string) => ({ index, delta: { type: "input_json_delta", partial_json: json } });
    const [head, tail] = halves(input);
    const block = { type: "tool_use", id: `toolu_${at}`, name, input: {} };
    return [
      named({ type: "content_block_start", ...{ index, content_block: block } }),
      named({ type: "content_block_delta", ...piece(head) }),
      named({ type: "content_block_delta", ...piece(tail) }),
      named({ type: "content_block_stop", ...{ index } }),
    ];
  });
}

function halves(input: ScriptedCall["input"]): readonly [string, string] {
  const json = typeof input === "string" ? input : JSON.stringify(input);
  const middle = Math.ceil(json.length / 2);
  return [json.slice(0, middle), json.slice(middle)];
}

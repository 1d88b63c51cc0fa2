import { describe, expect, test } from "bun:test";
import { errorIn, statusFailure } from "../../../src/model/status-failure.ts";

const to = { title: "Ollama", shownUrl: "http://h:1", advice: "Start it" };
const hide = (text: string) => text.replaceAll("secret", "***");
const fail = (body: string, init: ResponseInit) => statusFailure(new Response(body, init), to, hide);

describe("statusFailure", () => {
  test.each([
    ['{"error":"the input length exceeds the context length"}'],
    ['{"error":{"message":"This model\'s maximum context length is 8 tokens","code":"context_length_exceeded"}}'],
    ['{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 9 tokens > 8 maximum"}}'],
    ['{"error":{"message":"the request exceeds the available context size","type":"exceed_context_size_error"}}'],
  ])("takes %s as an overflow", async (body) => {
    expect(await fail(body, { status: 400 })).toMatchObject({ kind: "overflow", status: 400 });
  });

  test("takes 404 as a missing model, with the provider's words", async () => {
    const error = await fail('{"error":"model \'nope\' not found"}', { status: 404 });
    expect(error.kind).toBe("not-found");
    expect(error.message).toContain("model 'nope' not found");
  });

  test("knows Ollama's refusal to load what does not fit into memory", async () => {
    const said = "model requires more system memory (5.6 GiB) than is available (3.2 GiB)";
    expect(await fail(JSON.stringify({ error: said }), { status: 500 })).toMatchObject({
      kind: "no-memory",
      message: "Ollama has too little memory for the model: it needs 5.6 GiB, and 3.2 GiB can be had",
      retryAfterS: 20,
    });
  });

  test("keeps Retry-After of a busy provider", async () => {
    const error = await fail("busy", { status: 503, headers: { "retry-after": "12" } });
    expect(error).toMatchObject({ kind: "refused", status: 503, retryAfterS: 12 });
  });

  test("hides secrets that a provider repeats, and cuts long words short", async () => {
    const error = await fail(JSON.stringify({ error: { message: `bad key secret ${"x".repeat(9_999)}` } }), {
      status: 401,
    });
    expect(error.message).toContain("bad key *** x");
    expect(error.message.length).toBeLessThan(600);
  });

  test("leaves pages of HTML out", async () => {
    const error = await fail("<html>Bad gateway</html>", { status: 502 });
    expect(error.message).toBe('Ollama at "http://h:1" answered 502');
  });
});

test.each([
  ['{"error":"plain"}', { message: "plain", code: "" }],
  ['{"error":{"message":"m","code":"c"}}', { message: "m", code: "c" }],
  ['{"error":{"message":"m","type":"t"}}', { message: "m", code: "t" }],
  ['{"message":"m"}', { message: "m", code: "" }],
  ["text ", { message: "text", code: "" }],
  ["[]", { message: "[]", code: "" }],
])("finds the error in %s", (body, expected) => {
  expect(errorIn(body)).toEqual(expected);
});

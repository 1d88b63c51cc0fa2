// A model for a proof: speaks chat completions on loopback, and answers with one word that nobody could guess.

export interface StandInModel {
  /** Base of the API. */
  readonly url: string;
  /** What it answers. */
  readonly answer: string;
  close(): Promise<void>;
}

export function startStandInModel(): StandInModel {
  const answer = `pong-${crypto.randomUUID()}`;
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    routes: {
      "/v1/models": () => Response.json({ object: "list", data: [{ id: "proof", object: "model" }] }),
      "/v1/chat/completions": () => new Response(stream(answer), { headers: { "content-type": "text/event-stream" } }),
    },
  });
  return { url: `${server.url.origin}/v1`, answer, close: () => server.stop(true) };
}

function stream(answer: string): string {
  const chunk = (delta: object, finish: string | null): string =>
    `data: ${JSON.stringify({
      id: "proof",
      object: "chat.completion.chunk",
      created: 0,
      model: "proof",
      choices: [{ index: 0, delta, finish_reason: finish }],
    })}\n\n`;
  return `${chunk({ role: "assistant", content: answer }, null)}${chunk({}, "stop")}data: [DONE]\n\n`;
}

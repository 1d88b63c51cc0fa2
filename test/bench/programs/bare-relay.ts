// The best that a host of this runtime can do: reads records of a model server that speaks as Ollama, joins what is there, publishes it.
// bare-relay.ts NATS_URL MODEL_URL MODEL

import { connect } from "@nats-io/transport-node";

const [natsUrl = "", modelUrl = "", model = ""] = process.argv.slice(2);
const nats = await connect({ servers: natsUrl });
const request = JSON.stringify({ model, messages: [{ role: "user", content: "hi" }] });

nats.subscribe("bare.relay", {
  callback: (_error, message) => {
    if (message.reply !== undefined) void relay(message.reply);
  },
});
await nats.flush();
console.log("ready");

async function relay(reply: string): Promise<void> {
  nats.publish(reply, '{"type":"status","data":"ack"}');
  const response = await fetch(`${modelUrl}/api/chat`, { method: "POST", body: request });
  const decoder = new TextDecoder();
  let rest = "";
  const body: AsyncIterable<Uint8Array> | undefined = response.body ?? undefined;
  if (body === undefined) return;
  for await (const piece of body) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    const text = lines.map(contentOf).join("");
    if (text !== "") nats.publish(reply, JSON.stringify({ type: "response", data: text }));
  }
  nats.publish(reply, "");
}

function contentOf(line: string): string {
  const record: { readonly message?: { readonly content?: string } } = line === "" ? {} : parseRecord(line);
  return record.message?.content ?? "";
}

function parseRecord(line: string): { readonly message?: { readonly content?: string } } {
  const value: unknown = JSON.parse(line);
  return typeof value === "object" && value !== null ? value : {};
}

// An answer as it comes, left in the middle: the agent sees that, and stops.
import { CallError, connect, discover, prompt } from "muster/client";
import { serve } from "muster/service";

const connection = await connect({ servers: process.env.NATS_URL ?? "nats://127.0.0.1:4222" });

// An agent that would count for ever.
let tellStopped;
const stopped = new Promise((resolve) => (tellStopped = resolve));
const counter = await serve(connection, { name: "counter", owner: "examples" }, async ({ signal, respond }) => {
  for (let count = 1; !signal.aborted; count++) {
    await respond(`${count} `);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  tellStopped(signal.reason.kind);
});

const [agent] = await discover(connection, { owner: "examples", name: "counter" });
console.log(`${agent.address} is ${agent.state}`);

const enough = new AbortController();
let text = "";
try {
  for await (const event of prompt(connection, agent, "count", { signal: enough.signal })) {
    if (event.type === "text") text += event.text;
    if (text.includes("5 ")) enough.abort();
  }
} catch (error) {
  if (!(error instanceof CallError) || error.code !== "cancelled") throw error;
  console.log(`Left after: ${text.trim()}`);
}
console.log(`The agent stopped: ${await stopped}`);
await counter.stop();
await connection.close();

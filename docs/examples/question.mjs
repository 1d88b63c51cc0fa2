// An agent that asks back in the middle of its answer, and a caller that answers it.
import { connect, prompt } from "muster/client";
import { serve } from "muster/service";

const connection = await connect({ servers: process.env.NATS_URL ?? "nats://127.0.0.1:4222" });

const barista = await serve(connection, { name: "barista", owner: "examples" }, async ({ ask, respond }) => {
  const size = await ask("Small or large?", { timeoutMs: 10_000 });
  await respond(size === undefined ? "Then nothing." : `One ${size.prompt} coffee, coming up.`);
});

const answer = prompt(connection, "examples/barista", "A coffee, please", {
  answer: async (question) => {
    console.log(`It asks: ${question.prompt}`);
    return { prompt: "large" };
  },
});
console.log(await answer.text());

await barista.stop();
await connection.close();

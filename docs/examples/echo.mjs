// An agent of your own: it answers with the prompt, word by word. Ends at Ctrl-C, when what it has in work is answered.
import { connect, serve } from "muster/service";

const connection = await connect({ servers: process.env.NATS_URL ?? "nats://127.0.0.1:4222" });

const service = await serve(
  connection,
  { name: "echo", owner: "examples", description: "Says what it is told", concurrency: 4 },
  async (prompt) => {
    for (const word of prompt.text.split(" ")) {
      if (prompt.signal.aborted) return;
      await prompt.respond(`${word} `);
    }
  },
);
console.log(`Serving ${service.address}`);

const stop = async () => {
  await service.stop();
  await connection.close();
};
process.once("SIGINT", stop);
process.once("SIGTERM", stop);

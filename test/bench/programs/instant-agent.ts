// An agent with an instant model, and a plain responder beside it: `URL [SEED]`. Prints a line when both serve.

import { connect, serve } from "../../../src/library/service.ts";

const [url = "", seed] = process.argv.slice(2);
const connection = await connect({ servers: url, ...(seed === undefined ? {} : { nkeySeed: seed }) });
connection.subscribe("bench.echo", ({ reply, data }) => {
  if (reply !== undefined) connection.publish(reply, data);
});
const options = { name: "instant", owner: "bench", concurrency: 64, queue: 64 };
await serve(connection, options, () => Promise.resolve("done"));
await connection.flush();
console.log("serving");

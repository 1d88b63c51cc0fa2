// Keeps a roster of all who beat: `URL`. Prints a line when it listens, and answers on `bench.count` how many it knows.

import { connect } from "../../../src/library/client.ts";
import { Roster } from "../../../src/bus/calling/roster.ts";
import { watchAgents } from "../../../src/bus/calling/watch-agents.ts";

const [url = ""] = process.argv.slice(2);
const connection = await connect({ servers: url });
const roster = new Roster(() => performance.now());
watchAgents(connection, roster);
connection.subscribe("bench.count", ({ reply }) => {
  Bun.gc(true);
  if (reply !== undefined) connection.publish(reply, String(roster.entries().length));
});
await connection.flush();
console.log("listening");

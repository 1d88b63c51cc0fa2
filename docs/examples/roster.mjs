// Who is there, kept true by heartbeats: an agent that goes is seen to go.
import { connect, watch } from "muster/client";
import { serve } from "muster/service";

const connection = await connect({ servers: process.env.NATS_URL ?? "nats://127.0.0.1:4222" });
const live = watch(connection);
const mine = { owner: "examples", name: "guest" };
const seen = (text) =>
  console.log(
    `${text}: ${
      live
        .agents(mine)
        .map((agent) => agent.state)
        .join() || "nobody"
    }`,
  );

await live.refresh();
seen("Before");

const guest = await serve(connection, { ...mine, heartbeatMs: 1_000 }, async () => "hello");
await live.refresh();
seen("While it serves");

guest.degrade("Out of coffee");
await live.refresh();
console.log(`Then: ${live.agents(mine)[0]?.state}, ${live.agents(mine)[0]?.reason}`);

await guest.stop();
live.close();
await connection.close();

// The reference host of the stock TypeScript micro library: N agents as it registers them. Runs where its packages are installed.
// stock-host.mjs NATS_URL N

import { connect } from "@nats-io/transport-node";
import { Svcm } from "@nats-io/services";

const [url, count] = process.argv.slice(2);
const nats = await connect({ servers: url });
const services = new Svcm(nats);
for (let at = 0; at < Number(count); at++) {
  const service = await services.add({
    name: "agents",
    version: "1.0.0",
    description: `a${at}`,
    metadata: { agent: "stock", owner: "bench", protocol_version: "0.3" },
    queue: "agents",
  });
  const metadata = { max_payload: "1MB", attachments_ok: "true" };
  service.addEndpoint("prompt", { subject: `agents.prompt.stock.bench.a${at}`, handler: () => undefined, metadata });
  service.addEndpoint("status", { subject: `agents.status.stock.bench.a${at}`, handler: () => undefined });
}
await nats.flush();
console.log("ready");

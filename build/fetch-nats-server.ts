// `bun build/fetch-nats-server.ts`: puts the nats-server that tests and builds use into the cache and prints its path.

import { natsServerProgram } from "./nats-server/nats-server.ts";
import { hostTarget } from "./target/target.ts";

console.log(await natsServerProgram(hostTarget(), "auto", (line) => console.error(line)));

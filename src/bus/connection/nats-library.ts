// The NATS library as a value: whoever loads it hands it on.

import type * as Nats from "@nats-io/transport-node";

export type NatsLibrary = typeof Nats;

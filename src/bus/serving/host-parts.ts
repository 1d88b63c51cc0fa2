// What all agents of one process share on the bus.

import type { NonceStore } from "../../protocol/classify-sender.ts";
import type { ProbeInbox } from "../connection/probe-inbox.ts";
import type { CallerWatch } from "./caller-watch.ts";
import type { HeldOutput } from "./held-output.ts";
import type { StreamOwner } from "./response-stream.ts";
import type { WirePermissions } from "./wire-permissions.ts";

export interface HostParts {
  /** Where small answers to this process arrive. */
  readonly inbox: ProbeInbox;
  readonly streams: StreamOwner;
  readonly callerWatch: CallerWatch;
  readonly heldOutput: HeldOutput;
  readonly nonces: NonceStore;
  readonly permissions: WirePermissions;
}

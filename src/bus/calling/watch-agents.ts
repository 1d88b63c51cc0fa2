// Keeps a roster true: heartbeats as they come, a discovery when asked, and the status endpoint of those that have not beaten yet (§4, §8).

import type { Msg } from "@nats-io/nats-core";
import { senderHeader } from "../../protocol/sender-header.ts";
import { allHeartbeats } from "../../protocol/subjects.ts";
import { CallError } from "./call-error.ts";
import type { CallerBus } from "./caller-bus.ts";
import type { Discovery, DiscoveryOptions } from "./discovery.ts";
import { discoverAgents } from "./discovery.ts";
import { publish } from "./reply-stream.ts";
import type { RequestSender } from "../identity/request-sender.ts";
import type { Roster } from "./roster.ts";
import { deferred } from "../deferred.ts";

/** After so many, an instance that is never picked beats sooner than it is found. */
const statusRounds = 32;

/** An answer is waited for so long before all that are silent are asked again: a process that hangs may be the one that was picked. */
const roundMs = 250;

export interface AgentWatch {
  /** Asks who is there. Throws a `CallError` when the bus is gone or refuses. */
  discover(options?: DiscoveryOptions): Promise<Discovery>;
  /** Discovers, then asks the silent ones for their status. Throws a `CallError` when the bus is gone or refuses. */
  refresh(options?: RefreshOptions): Promise<void>;
  close(): void;
}

export interface RefreshOptions extends DiscoveryOptions {
  /** How long status answers are waited for; default 1 s. */
  readonly statusMs?: number;
}

/** Subscribes to every heartbeat, before anything is asked (§8.5). `sender` signs the questions for a status (§13.5). */
export function watchAgents(bus: CallerBus, roster: Roster, sender?: RequestSender): AgentWatch {
  let refusal: string | undefined;
  const hear = (message: Msg): void =>
    roster.beat(message.string(), message.subject, message.headers?.values(senderHeader) ?? []);
  const subscription = bus.subscribe(allHeartbeats, hear, { onRefused: (problem) => (refusal = problem) });
  const discover = async (options?: DiscoveryOptions): Promise<Discovery> => {
    const discovery = await discoverAgents(bus, options);
    roster.discovered(discovery.agents, discovery.unusable);
    return discovery;
  };
  return {
    discover,
    refresh: async (options = {}) => {
      const sinceMs = roster.nowMs();
      const { agents } = await discover(options);
      if (options.signal?.aborted !== true) roster.missed(agents, sinceMs);
      if (refusal !== undefined) throw new CallError("not_permitted", `Cannot listen for heartbeats: ${refusal}`);
      await askStatus({ bus, roster, sender }, options.statusMs ?? 1_000);
    },
    close: () => subscription.unsubscribe(),
  };
}

interface Asking {
  readonly bus: CallerBus;
  readonly roster: Roster;
  readonly sender: RequestSender | undefined;
}

const nothing = new Uint8Array();

/** The server picks one of the instances behind a subject at random: those that were not picked are asked for again. */
async function askStatus(asking: Asking, waitMs: number): Promise<void> {
  const { bus, roster } = asking;
  const endMs = performance.now() + waitMs;
  const inbox = bus.newInbox();
  let onAnswer = (): void => undefined;
  const subscription = bus.subscribe(inbox, (message) => {
    roster.answered(message.string());
    onAnswer();
  });
  try {
    for (let round = 0; round < statusRounds && performance.now() < endMs; round++) {
      const subjects = roster.silent().flatMap(({ statusSubject }) => statusSubject ?? []);
      if (subjects.length === 0) return;
      const all = deferred<undefined>();
      let open = subjects.length;
      onAnswer = () => {
        open -= 1;
        if (open === 0) all.resolve(undefined);
      };
      await publishEach(asking, subjects, inbox);
      await withinMs(all.promise, Math.min(roundMs, endMs - performance.now()));
    }
  } finally {
    subscription.unsubscribe();
  }
}

async function publishEach({ bus, sender }: Asking, subjects: readonly string[], reply: string): Promise<void> {
  for (const subject of subjects) {
    const signed = await sender?.headers({ subject, payload: nothing });
    publish(bus, subject, nothing, { reply, ...(signed?.type === "signed" ? { headers: signed.headers } : {}) });
  }
}

async function withinMs(promise: Promise<undefined>, ms: number): Promise<void> {
  const over = deferred<undefined>();
  const timer = setTimeout(() => over.resolve(undefined), ms);
  try {
    await Promise.race([promise, over.promise]);
  } finally {
    clearTimeout(timer);
  }
}

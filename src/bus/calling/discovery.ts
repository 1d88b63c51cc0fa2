// Finds every agent on the bus: one question, many answers (§4).

import type { Msg } from "@nats-io/nats-core";
import { serviceSubject } from "../../protocol/micro-service.ts";
import type { AgentRecord, UnusableRecord } from "../../protocol/registration.ts";
import { decodeRegistration } from "../../protocol/registration.ts";
import { serviceName } from "../../protocol/version.ts";
import { CallError } from "./call-error.ts";
import type { CallerBus } from "./caller-bus.ts";
import { publish } from "./reply-stream.ts";
import { deferred } from "../deferred.ts";

export interface DiscoveryOptions {
  /** Ends this long after the last answer; default 750 ms. */
  readonly stallMs?: number;
  /** Ends then at the latest; default 2 s. */
  readonly maxWaitMs?: number;
  /** Ends at the first record for which it is true. */
  readonly isEnough?: (record: AgentRecord) => boolean;
  /** Ends at once with what has come. */
  readonly signal?: AbortSignal;
  /** Answers beyond it are dropped; default 20,000 instances. */
  readonly maxInstances?: number;
}

export interface Discovery {
  /** One for each instance id, in order of arrival. */
  readonly agents: readonly AgentRecord[];
  /** Services named "agents" that cannot be used, and why. */
  readonly unusable: readonly UnusableRecord[];
}

/**
 * Asks `$SRV.INFO.agents` and collects the answers. Nobody there ends it at once. Throws a `CallError` when the bus is gone or does not
 * let us ask.
 */
export async function discoverAgents(bus: CallerBus, options: DiscoveryOptions = {}): Promise<Discovery> {
  const found = new Map<string, AgentRecord | UnusableRecord>();
  const done = deferred<undefined>();
  const end = (): void => done.resolve(undefined);
  const fail = (error: CallError): void => done.reject(error);
  const subject = serviceSubject("INFO", serviceName);
  const inbox = bus.newInbox();
  let stall: Timer | undefined;
  const receive = (message: Msg): void => {
    clearTimeout(stall);
    stall = setTimeout(end, options.stallMs ?? 750);
    if (message.headers?.code === 503 || found.size >= (options.maxInstances ?? 20_000)) end();
    else if (isEnough(keep(found, message), options)) end();
  };
  const subscription = bus.subscribe(inbox, receive, {
    onRefused: (problem) => fail(new CallError("not_permitted", `Cannot listen for agents: ${problem}`)),
  });
  const stopStatus = bus.onStatus(({ state }) => {
    if (state === "closed") fail(new CallError("bus_lost", "The connection to NATS is closed"));
  });
  const stopRefused = bus.onPublishRefused((refused) => {
    if (refused === subject) fail(new CallError("not_permitted", `The NATS user may not publish to "${subject}"`));
  });
  const latest = setTimeout(end, options.maxWaitMs ?? 2_000);
  options.signal?.addEventListener("abort", end, { once: true });
  try {
    publish(bus, subject, new Uint8Array(), { reply: inbox });
    await done.promise;
    return split(found);
  } finally {
    clearTimeout(stall);
    clearTimeout(latest);
    options.signal?.removeEventListener("abort", end);
    stopRefused();
    stopStatus();
    subscription.unsubscribe();
  }
}

/** The record that the message brought, when it is usable and new. */
function keep(found: Map<string, AgentRecord | UnusableRecord>, message: Msg): AgentRecord | undefined {
  const record = decodeRegistration(message.string());
  if (record === undefined || found.has(record.instanceId)) return undefined;
  found.set(record.instanceId, record);
  return "problem" in record ? undefined : record;
}

function isEnough(record: AgentRecord | undefined, options: DiscoveryOptions): boolean {
  return record !== undefined && options.isEnough?.(record) === true;
}

function split(found: ReadonlyMap<string, AgentRecord | UnusableRecord>): Discovery {
  const agents: AgentRecord[] = [];
  const unusable: UnusableRecord[] = [];
  for (const record of found.values()) {
    if ("problem" in record) unusable.push(record);
    else agents.push(record);
  }
  return { agents, unusable };
}

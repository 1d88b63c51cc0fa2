// An agent's place at the queue: a durable consumer, from which one job at a time is asked for.

import type { Msg } from "@nats-io/nats-core";
import { jobStream, jobSubject } from "../../protocol/job-subjects.ts";
import type { AgentAddress } from "../../protocol/subjects.ts";
import type { BusConnection } from "../connection/connection.ts";
import { JobDelivery, parseDelivery } from "./job-delivery.ts";
import { jetStreamRequest } from "./jetstream.ts";

/** A running job says so every third of it. */
export const ackWaitMs = 30_000;
/** Jobs that wait for their next try hold a place each, beside those that run. */
const waitingForRetry = 256;
const inactiveDays = 7;
const nanoseconds = 1_000_000;
const pullMs = 30_000;
const heartbeatMs = 10_000;
/** Two heartbeats missed. */
const silenceMs = 25_000;

export type Pulled =
  | { readonly type: "job"; readonly delivery: JobDelivery }
  /** None came, or the wait was cut short. */
  | { readonly type: "none" }
  /** The consumer or its stream is not there. */
  | { readonly type: "gone" }
  /** NATS permissions forbid to ask. */
  | { readonly type: "refused" };

/** Makes it, or makes it fit the agent's concurrency. Rejects with a `JobError`. */
export async function ensureJobConsumer(bus: BusConnection, address: AgentAddress, concurrency: number): Promise<void> {
  const stream = jobStream(address);
  const subject = jobSubject(address);
  await jetStreamRequest(bus, `CONSUMER.CREATE.${stream}.${address.name}.${subject}`, {
    stream_name: stream,
    action: "",
    config: {
      name: address.name,
      durable_name: address.name,
      filter_subject: subject,
      ack_policy: "explicit",
      ack_wait: ackWaitMs * nanoseconds,
      max_deliver: -1,
      max_ack_pending: concurrency + waitingForRetry,
      deliver_policy: "all",
      replay_policy: "instant",
      inactive_threshold: inactiveDays * 86_400_000 * nanoseconds,
    },
  });
}

/** Asks for one job and waits for it. `signal` cuts the wait short; a job that was under way then is still returned. Never rejects. */
export async function pullJob(bus: BusConnection, address: AgentAddress, signal: AbortSignal): Promise<Pulled> {
  const wake = Promise.withResolvers<undefined>();
  const end = (): void => wake.resolve(undefined);
  let pulled: Pulled = { type: "none" };
  let silence = setTimeout(end, silenceMs);
  const receive = (message: Msg): void => {
    clearTimeout(silence);
    if (message.headers?.code === 100) {
      silence = setTimeout(end, silenceMs);
      return;
    }
    pulled = readPulled(bus, message);
    end();
  };
  const inbox = bus.newInbox();
  const subscription = bus.subscribe(inbox, receive, { onRefused: end });
  const stopStatus = bus.onStatus(end);
  const stopRefused = bus.onPublishRefused((subject) => {
    if (subject !== pullSubject(address)) return;
    pulled = { type: "refused" };
    end();
  });
  signal.addEventListener("abort", end, { once: true });
  try {
    if (!signal.aborted && askForOne(bus, address, inbox)) await wake.promise;
    await subscription.drain();
    return pulled;
  } finally {
    clearTimeout(silence);
    stopStatus();
    stopRefused();
    signal.removeEventListener("abort", end);
  }
}

function askForOne(bus: BusConnection, address: AgentAddress, reply: string): boolean {
  const request = { batch: 1, expires: pullMs * nanoseconds, idle_heartbeat: heartbeatMs * nanoseconds };
  return bus.publish(pullSubject(address), JSON.stringify(request), { reply });
}

function pullSubject(address: AgentAddress): string {
  return `$JS.API.CONSUMER.MSG.NEXT.${jobStream(address)}.${address.name}`;
}

function readPulled(bus: BusConnection, message: Msg): Pulled {
  const place = parseDelivery(message.reply);
  if (place !== undefined) return { type: "job", delivery: new JobDelivery(bus, message, place) };
  const { code, description } = message.headers ?? { code: 0, description: "" };
  const isGone = code === 503 || (code === 409 && /consumer deleted|stream deleted/i.test(description));
  return isGone ? { type: "gone" } : { type: "none" };
}

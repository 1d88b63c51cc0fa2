// One try to bring one answer to where it goes.

import { dirname } from "node:path";
import { encodeResult } from "../../bus/jobs/job-record.ts";
import { keepResult } from "../../bus/jobs/job-records.ts";
import { publishHeard } from "../../bus/jobs/publish-heard.ts";
import type { BusConnection } from "../../bus/connection/connection.ts";
import { makeFolder, writeWhole } from "../../host/write-whole.ts";
import type { Logger } from "../../telemetry/log.ts";
import { traceHeaders } from "../../protocol/trace-context.ts";
import { fillPath } from "../fill-prompt.ts";
import type { BrokerLink } from "../mqtt/broker-link.ts";
import type { PendingDelivery } from "../store/outbox.ts";
import { hopsHeader } from "../subject-trigger.ts";
import type { HubLinkState } from "./link-proof.ts";
import type { Target } from "./target.ts";

export interface DeliverPorts {
  readonly bus: BusConnection;
  /** To the hub of the bundled server; undefined: it has none. */
  readonly hubLink: () => HubLinkState | undefined;
  readonly broker: (name: string) => BrokerLink | undefined;
  readonly log: Logger;
}

/**
 * `here`: whoever listens on this side of the link that is cut has it. `sent`: it went out over the link that stands since then. `never`: no further
 * try can be better.
 */
export type Outcome =
  | { readonly type: "delivered" | "here" }
  | { readonly type: "sent"; readonly since: string }
  | { readonly type: "later" | "never"; readonly reason: string };

/** Folders that a path names are made; the file is for all to read. */
const modes = { folder: 0o755, file: 0o644 } as const;

/** Never rejects. */
export async function deliver(delivery: PendingDelivery, target: Target, ports: DeliverPorts): Promise<Outcome> {
  try {
    switch (target.type) {
      case "nats":
        return await toSubject(delivery, target, ports);
      case "mqtt":
        return await toTopic(delivery, target, ports);
      case "file":
        return toFile(delivery, target);
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { type: error instanceof RangeError ? "never" : "later", reason };
  }
}

async function toSubject(
  { id, answer, trigger, hops }: PendingDelivery,
  { subject, address, trace }: Target & { type: "nats" },
  { bus, hubLink }: DeliverPorts,
): Promise<Outcome> {
  const before = hubLink();
  const hearing = await publishHeard(bus, subject, answer, {
    ...(trace && traceHeaders(trace)),
    "Nats-Msg-Id": id,
    "Muster-Agent": `${address.agent}/${address.owner}/${address.name}`,
    "Muster-Trigger": trigger,
    [hopsHeader]: `${hops + 1}`,
  });
  switch (hearing.type) {
    case "stored":
    case "heard":
      return before === undefined ? { type: "delivered" } : overLink(before, hubLink());
    case "unheard":
      return { type: "later", reason: `Nobody listens on "${subject}"` };
    case "bus-lost":
      return { type: "later", reason: "There is no connection to NATS" };
    case "refused":
      return { type: "later", reason: hearing.reason };
  }
}

function overLink(before: HubLinkState, after: HubLinkState | undefined): Outcome {
  const hasStood = before.isUp && after?.since === before.since;
  return hasStood ? { type: "sent", since: before.since } : { type: "here" };
}

async function toTopic(
  { answer, hops }: PendingDelivery,
  { broker, topic, qos, retain, trace }: Target & { type: "mqtt" },
  ports: DeliverPorts,
): Promise<Outcome> {
  const link = ports.broker(broker);
  if (link === undefined) return { type: "later", reason: `No trigger uses the MQTT broker "${broker}" any more` };
  await link.publish(topic, answer, { qos, retain, hops: hops + 1, ...(trace === undefined ? {} : { trace }) });
  return { type: "delivered" };
}

function toFile({ id, trigger, dueMs, answer }: PendingDelivery, { path }: Target & { type: "file" }): Outcome {
  const file = fillPath(path, { id, trigger, dueMs });
  makeFolder(dirname(file), modes.folder);
  writeWhole(file, answer.endsWith("\n") ? answer : `${answer}\n`, { mode: modes.file });
  return { type: "delivered" };
}

/** In the job store, as the result of a job with the run's id (docs/jobs.md). Where there is none, the run's own record is all. Never rejects. */
export async function keepAsResult(
  { id, answer, dueMs, endedMs, promptDigest }: PendingDelivery,
  { address }: Target,
  { bus, log }: DeliverPorts,
): Promise<void> {
  const payload = encodeResult({
    id,
    state: "done",
    attempts: 1,
    submittedAt: new Date(dueMs).toISOString(),
    finishedAt: new Date(endedMs).toISOString(),
    digest: promptDigest,
    text: answer,
    attachments: [],
  });
  try {
    await keepResult(bus, address, { id, payload, replaces: undefined });
  } catch (error) {
    log.debug("An answer was not kept in the job store", { run: id, error });
  }
}

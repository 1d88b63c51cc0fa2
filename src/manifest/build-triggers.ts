// Checked keys of brokers and triggers → their configuration, defaults filled in.

import { type Absence, absencesBelow, missingOf } from "./absence.ts";
import { buildTls } from "./build-tls.ts";
import { brokerDefaults, deliverDefaults, triggerDefaults, withDefault, willDefaults } from "./defaults.ts";
import type { Identity } from "./manifest.ts";
import type { BrokerKeys } from "./schema-broker.ts";
import type { DeliverKeys, TriggerKeys } from "./schema-trigger.ts";
import type { BrokerConfig, DeliverConfig, Qos, TriggerConfig, TriggerSource, WillConfig } from "./trigger.ts";

export type Brokers = ReadonlyMap<string, BrokerConfig>;

export function buildBrokers(
  all: Readonly<Record<string, BrokerKeys>>,
  identity: Identity,
  absences: readonly Absence[],
): Brokers {
  return new Map(
    Object.entries(all).map(([name, keys]): [string, BrokerConfig] => [
      name,
      {
        name,
        url: keys.url,
        protocol: withDefault(keys.protocol, brokerDefaults().protocol),
        clientId: keys.client_id ?? `${identity.agent}-${identity.owner}-${name}`,
        keepAliveMs: withDefault(keys.keep_alive, brokerDefaults().keep_alive),
        ...(keys.user === undefined ? {} : { user: keys.user }),
        ...(keys.password === undefined ? {} : { password: keys.password }),
        ...(keys.tls === undefined ? {} : { tls: buildTls(keys.tls) }),
        ...(keys.will === undefined ? {} : { will: buildWill(keys.will) }),
        ...missingOf(absencesBelow(absences, ["mqtt", name])),
      },
    ]),
  );
}

export function buildTriggers(all: Readonly<Record<string, TriggerKeys>>, brokers: Brokers): readonly TriggerConfig[] {
  return Object.entries(all).map(([name, keys]) => {
    const source = buildSource(keys, brokers);
    const isTimed = source.type === "every" || source.type === "cron" || source.type === "at";
    const conversation = withDefault(keys.conversation, triggerDefaults().conversation);
    return {
      name,
      source,
      prompt: keys.prompt ?? "{{payload}}",
      ...(conversation === "none" ? {} : { conversation: conversation === "own" ? `trigger ${name}` : conversation }),
      catchUp: withDefault(keys.catch_up, triggerDefaults().catch_up),
      overlap: keys.overlap ?? (isTimed ? "skip" : "queue"),
      ...(keys.deliver === undefined ? {} : { deliver: buildDeliver(keys.deliver, brokers) }),
    };
  });
}

function buildSource(keys: TriggerKeys, brokers: Brokers): TriggerSource {
  const zone = keys.timezone === undefined ? {} : { timezone: keys.timezone };
  if (keys.every !== undefined) return { type: "every", everyMs: keys.every };
  if (keys.cron !== undefined) return { type: "cron", expression: keys.cron, ...zone };
  if (keys.at !== undefined) return { type: "at", at: keys.at, ...zone };
  if (keys.subject !== undefined) {
    const { subject, queue_group: queueGroup } = keys;
    return { type: "subject", subject, ...(queueGroup === undefined ? {} : { queueGroup }) };
  }
  if (keys.mqtt !== undefined) {
    const qos = asQos(keys.qos, triggerDefaults().qos);
    return { type: "mqtt", broker: brokerOf(keys.broker, brokers), topic: keys.mqtt, qos };
  }
  const { pattern } = keys;
  const settleMs = withDefault(keys.settle, triggerDefaults().settle);
  return { type: "file", folder: keys.file ?? "", ...(pattern === undefined ? {} : { pattern }), settleMs };
}

function buildDeliver(keys: DeliverKeys, brokers: Brokers): DeliverConfig {
  if (keys.nats !== undefined) return { type: "nats", subject: keys.nats };
  if (keys.mqtt === undefined) return { type: "file", path: keys.file ?? "" };
  return {
    type: "mqtt",
    broker: brokerOf(keys.broker, brokers),
    topic: keys.mqtt,
    qos: asQos(keys.qos, deliverDefaults().qos),
    retain: withDefault(keys.retain, deliverDefaults().retain),
  };
}

function buildWill({ topic, payload, online, qos, retain }: NonNullable<BrokerKeys["will"]>): WillConfig {
  return {
    topic,
    payload,
    qos: asQos(qos, willDefaults().qos),
    retain: withDefault(retain, willDefaults().retain),
    ...(online === undefined ? {} : { online }),
  };
}

/** The checks have seen that it is there. */
function brokerOf(name: string | undefined, brokers: Brokers): BrokerConfig {
  const broker = name === undefined ? [...brokers.values()][0] : brokers.get(name);
  if (broker === undefined) throw new RangeError(`Manifest holds no broker "${name ?? ""}"`);
  return broker;
}

function asQos(value: number | undefined, fallback: number | undefined): Qos {
  const qos = value ?? fallback;
  return qos === 0 || qos === 2 ? qos : 1;
}

// Brokers and triggers in the manifest's own words, for the effective manifest.

import type { BrokerConfig, DeliverConfig, TriggerConfig, TriggerSource } from "./trigger.ts";
import { formatDuration } from "./units.ts";

type Plain = Record<string, unknown>;

/** Secrets are masked. */
export function brokerPlain(broker: BrokerConfig): Plain {
  const { tls, will } = broker;
  return {
    url: broker.url,
    protocol: broker.protocol,
    client_id: broker.clientId,
    ...(broker.user === undefined ? {} : { user: broker.user, password: broker.password?.toString() }),
    ...(tls === undefined
      ? {}
      : { tls: definedOnly({ ca_file: tls.caFile, cert_file: tls.certFile, key_file: tls.keyFile }) }),
    keep_alive: formatDuration(broker.keepAliveMs),
    ...(will === undefined ? {} : { will: { ...will } }),
  };
}

export function triggerPlain({ name, source, prompt, conversation, catchUp, overlap, deliver }: TriggerConfig): Plain {
  const isTimed = source.type === "every" || source.type === "cron" || source.type === "at";
  return {
    ...sourcePlain(source),
    prompt,
    conversation: conversation === undefined ? "none" : conversation === `trigger ${name}` ? "own" : conversation,
    ...(isTimed ? { catch_up: catchUp } : {}),
    overlap,
    ...(deliver === undefined ? {} : { deliver: deliverPlain(deliver) }),
  };
}

function sourcePlain(source: TriggerSource): Plain {
  switch (source.type) {
    case "every":
      return { every: formatDuration(source.everyMs) };
    case "cron":
      return definedOnly({ cron: source.expression, timezone: source.timezone });
    case "at":
      return definedOnly({ at: source.at, timezone: source.timezone });
    case "subject":
      return definedOnly({ subject: source.subject, queue_group: source.queueGroup });
    case "mqtt":
      return { mqtt: source.topic, broker: source.broker.name, qos: source.qos };
    case "file":
      return definedOnly({ file: source.folder, pattern: source.pattern, settle: formatDuration(source.settleMs) });
  }
}

function deliverPlain(deliver: DeliverConfig): Plain {
  switch (deliver.type) {
    case "nats":
      return { nats: deliver.subject };
    case "mqtt":
      return { mqtt: deliver.topic, broker: deliver.broker.name, qos: deliver.qos, retain: deliver.retain };
    case "file":
      return { file: deliver.path };
  }
}

function definedOnly(values: Plain): Plain {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

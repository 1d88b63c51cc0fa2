// The one schema: checking, `muster schema` and the reference page are made from it.

import * as z from "zod/mini";
import { acceptedName, name, namePattern, part } from "./fields.ts";
import { agentSchema, defaultsSchema } from "./schema-agent.ts";
import { brokerSchema } from "./schema-broker.ts";
import { endpointSchema } from "./schema-endpoint.ts";
import { modelSchema } from "./schema-model.ts";
import { later } from "./later.ts";
import { natsSchema } from "./schema-nats.ts";
import { otlpField } from "./schema-otlp.ts";
import { httpField, limitsField } from "./schema-service.ts";

const identitySchema = later(() =>
  z.strictObject(
    {
      owner: z.optional(
        name({
          description: "Who runs these agents: the fourth token of their subjects (§2).",
          defaultText: "the host name made a valid token",
        }),
      ),
      agent: z.optional(
        name({ description: "The harness: the third token of their subjects (§2).", default: "muster" }),
      ),
    },
    { error: "a map with owner and agent" },
  ),
);

function byName<Entry extends z.core.SomeType>(entry: Entry, of: string, description: string) {
  return part({ description }, () => {
    const key = z.string().check(z.regex(namePattern, { error: acceptedName }));
    const accepted = `a map of ${of} by name, written as "name:" with its keys below, not as a list`;
    return z.record(key, entry, { error: accepted });
  });
}

const version = part({ description: "Version of the manifest's form.", default: 1 }, () =>
  z.literal(1, { error: "the number 1" }),
);

function sharedKeys() {
  return {
    version: z.optional(version),
    models: z.optional(byName(modelSchema, "models", "Models by name; `provider/model` needs none.")),
    defaults: z.optional(
      part({ description: "Any key of an agent, for all that leave it out." }, () => defaultsSchema),
    ),
    agents: z.optional(
      byName(agentSchema, "agents", "Agents by name; the name is the fifth token of their subjects (§2)."),
    ),
  };
}

export const mainSchema = later(() =>
  z.strictObject(
    {
      ...sharedKeys(),
      identity: z.optional(part({ description: "Two tokens of every agent's subjects." }, () => identitySchema)),
      nats: z.optional(part({ description: "The bus." }, () => natsSchema)),
      http: z.optional(httpField),
      limits: z.optional(limitsField),
      otlp: z.optional(otlpField),
      mqtt: z.optional(byName(brokerSchema, "brokers", "MQTT brokers by name, for triggers (docs/triggers.md).")),
      endpoints: z.optional(
        byName(endpointSchema, "endpoints", "Where models live, by name; needed only to share one or to tune it."),
      ),
    },
    { error: 'a map with "agents:" and other keys' },
  ),
);

/** A drop-in adds agents and models; nothing in it redirects others. */
export const dropInSchema = later(() => z.strictObject(sharedKeys(), { error: 'a map with "agents:" and other keys' }));

/** One file's content after parsing. A drop-in leaves the main file's keys out. */
export type FileContent = z.infer<typeof mainSchema>;
export type EndpointKeys = z.infer<typeof endpointSchema>;
export type ModelKeys = z.infer<typeof modelSchema>;
export type NatsKeys = NonNullable<FileContent["nats"]>;
export type EmbeddedKeys = NonNullable<NatsKeys["embedded"]>;

// The defaults that the schema's facts name, parsed by the schema itself when they are asked for: written once, so that page and program can't differ.

import { agentSchema } from "./schema-agent.ts";
import { brokerSchema, willSchema } from "./schema-broker.ts";
import { callersSchema } from "./schema-callers.ts";
import { endpointSchema } from "./schema-endpoint.ts";
import { modelSchema } from "./schema-model.ts";
import { knowledgeSchema } from "./knowledge/schema.ts";
import { memorySchema } from "./schema-memory.ts";
import { embeddedSchema } from "./schema-nats.ts";
import { httpSchema } from "./schema-service.ts";
import { turnSchema } from "./schema-turn.ts";
import { otlpSchema } from "./schema-otlp.ts";
import { deliverSchema, triggerSchema } from "./schema-trigger.ts";
import { factsOf, keysOf, type Schema } from "./schema-walk.ts";

export const agentDefaults = once(() => agentSchema.parse(defaultsOf(agentSchema)));
export const turnDefaults = once(() => turnSchema.parse(defaultsOf(turnSchema)));
export const callersDefaults = once(() => callersSchema.parse(defaultsOf(callersSchema)));
export const modelDefaults = once(() => modelSchema.parse(defaultsOf(modelSchema)));
export const endpointDefaults = once(() => endpointSchema.parse({ ...defaultsOf(endpointSchema), provider: "ollama" }));
export const embeddedDefaults = once(() => embeddedSchema.parse(defaultsOf(embeddedSchema)));
export const memoryDefaults = once(() => memorySchema.parse(defaultsOf(memorySchema)));
export const knowledgeDefaults = once(() =>
  knowledgeSchema.parse({
    ...defaultsOf(knowledgeSchema),
    paths: "any",
    model: "any",
  }),
);
export const triggerDefaults = once(() => triggerSchema.parse(defaultsOf(triggerSchema)));
export const deliverDefaults = once(() => deliverSchema.parse(defaultsOf(deliverSchema)));
export const brokerDefaults = once(() => brokerSchema.parse({ ...defaultsOf(brokerSchema), url: "mqtt://localhost" }));
export const willDefaults = once(() => willSchema.parse({ ...defaultsOf(willSchema), topic: "any", payload: "any" }));
export const otlpDefaults = once(() => otlpSchema.parse(defaultsOf(otlpSchema)));
export const httpDefaults = once(() => httpSchema.parse(defaultsOf(httpSchema)));

/** For a key whose facts name a default. Throws when they don't: a mistake in the schema, not in a manifest. */
export function withDefault<Value>(value: Value | undefined, fallback: Value | undefined): Value {
  const chosen = value ?? fallback;
  if (chosen === undefined) throw new Error("A key that needs a default has none in the schema");
  return chosen;
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}

function defaultsOf(schema: Schema): Record<string, unknown> {
  const defaults = [...keysOf(schema)].map(([key, field]) => [key, factsOf(field)?.default] as const);
  return Object.fromEntries(defaults.filter(([, value]) => value !== undefined));
}

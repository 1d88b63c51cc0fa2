// The defaults that the schema's facts name, parsed by the schema itself: written once, so that page and program can't differ.

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

export const agentDefaults = agentSchema.parse(defaultsOf(agentSchema));
export const turnDefaults = turnSchema.parse(defaultsOf(turnSchema));
export const callersDefaults = callersSchema.parse(defaultsOf(callersSchema));
export const modelDefaults = modelSchema.parse(defaultsOf(modelSchema));
export const endpointDefaults = endpointSchema.parse({ ...defaultsOf(endpointSchema), provider: "ollama" });
export const embeddedDefaults = embeddedSchema.parse(defaultsOf(embeddedSchema));
export const memoryDefaults = memorySchema.parse(defaultsOf(memorySchema));
export const knowledgeDefaults = knowledgeSchema.parse({
  ...defaultsOf(knowledgeSchema),
  paths: "any",
  model: "any",
});
export const triggerDefaults = triggerSchema.parse(defaultsOf(triggerSchema));
export const deliverDefaults = deliverSchema.parse(defaultsOf(deliverSchema));
export const brokerDefaults = brokerSchema.parse({ ...defaultsOf(brokerSchema), url: "mqtt://localhost" });
export const willDefaults = willSchema.parse({ ...defaultsOf(willSchema), topic: "any", payload: "any" });
export const otlpDefaults = otlpSchema.parse(defaultsOf(otlpSchema));
export const httpDefaults = httpSchema.parse(defaultsOf(httpSchema));

/** For a key whose facts name a default. Throws when they don't: a mistake in the schema, not in a manifest. */
export function withDefault<Value>(value: Value | undefined, fallback: Value | undefined): Value {
  const chosen = value ?? fallback;
  if (chosen === undefined) throw new Error("A key that needs a default has none in the schema");
  return chosen;
}

function defaultsOf(schema: Schema): Record<string, unknown> {
  const defaults = [...keysOf(schema)].map(([key, field]) => [key, factsOf(field)?.default] as const);
  return Object.fromEntries(defaults.filter(([, value]) => value !== undefined));
}

// The tables of docs/manifest.md: every key with its default, unit and whether it is required, made from the schema that checks.

import type { FieldFacts } from "./fields.ts";
import { agentSchema } from "./schema-agent.ts";
import { budgetSchema, priceSchema } from "./schema-budget.ts";
import { guardsSchema } from "./schema-guards.ts";
import { brokerSchema } from "./schema-broker.ts";
import { callersSchema } from "./schema-callers.ts";
import { knowledgeSchema } from "./knowledge/schema.ts";
import { memorySchema } from "./schema-memory.ts";
import { turnSchema } from "./schema-turn.ts";
import { endpointSchema } from "./schema-endpoint.ts";
import { modelSchema } from "./schema-model.ts";
import { natsSchema } from "./schema-nats.ts";
import { otlpSchema } from "./schema-otlp.ts";
import { programSchema } from "./schema-programs.ts";
import { httpSchema, limitsSchema } from "./schema-service.ts";
import { triggerSchema } from "./schema-trigger.ts";
import { mainSchema } from "./schema.ts";
import { toolSchemas } from "./tools/schema.ts";
import { factsOf, keysOf, schemaAt, type Schema } from "./schema-walk.ts";

const units: Readonly<Record<string, string>> = {
  duration: "duration (`250ms` `10s` `5m` `12h` `30d`)",
  size: "size (`512KB` `1MB`, base 1024)",
  tokens: "tokens (`8192` `200k` `1M`, base 1000)",
};

const tables: readonly (readonly [title: string, schema: Schema | undefined])[] = [
  ["Top of the file", mainSchema],
  ["`identity`", schemaAt(mainSchema, ["identity"])],
  ["`nats`", natsSchema],
  ["`nats.embedded`", schemaAt(natsSchema, ["embedded"])],
  ["`nats.embedded.programs.<name>`", programSchema],
  ["`nats.embedded.hub`", schemaAt(natsSchema, ["embedded", "hub"])],
  ["`nats.tls`, `nats.embedded.hub.tls`, `mqtt.<name>.tls` and `otlp.tls`", schemaAt(natsSchema, ["tls"])],
  ["`http`", httpSchema],
  ["`limits`", limitsSchema],
  ["`otlp`", otlpSchema],
  ["`mqtt.<name>`", brokerSchema],
  ["`mqtt.<name>.will`", schemaAt(brokerSchema, ["will"])],
  ["`endpoints.<name>`", endpointSchema],
  ["`models.<name>`", modelSchema],
  ["`models.<name>.price`", priceSchema],
  ["`agents.<name>` and `defaults`", agentSchema],
  ["`agents.<name>.guards`", guardsSchema],
  ["`agents.<name>.budget[]` and `models.<name>.budget[]`", budgetSchema],
  ["`agents.<name>.turn`", turnSchema],
  ["`agents.<name>.callers`", callersSchema],
  ["`agents.<name>.callers.rate`", schemaAt(callersSchema, ["rate"])],
  ["`agents.<name>.memory`", memorySchema],
  ["`agents.<name>.knowledge`", knowledgeSchema],
  ...Object.entries(toolSchemas).map(
    ([type, schema]) => [`\`agents.<name>.tools.<name>\` of \`type: ${type}\``, schema] as const,
  ),
  ["`agents.<name>.triggers.<name>`", triggerSchema],
  ["`agents.<name>.triggers.<name>.deliver`", schemaAt(triggerSchema, ["deliver"])],
];

/** Markdown, one table for each map of the manifest. */
export function manifestReference(): string {
  return tables.map(([title, schema]) => (schema === undefined ? "" : table(title, schema))).join("\n");
}

function table(title: string, schema: Schema): string {
  const rows = [...keysOf(schema)].map(([key, field]) => row(key, field));
  return `### ${title}\n\n| key | meaning | unit | required | default |\n| --- | --- | --- | --- | --- |\n${rows.join("\n")}\n`;
}

function row(key: string, field: Schema): string {
  const facts: FieldFacts = factsOf(field) ?? { description: "" };
  const unit = units[facts.unit ?? ""] ?? (facts.expands === undefined ? "" : `${facts.expands}, may hold \`\${…}\``);
  return `| \`${key}\` | ${facts.description} | ${unit} | ${facts.need ?? "no"} | ${defaultOf(facts)} |`;
}

function defaultOf(facts: FieldFacts): string {
  if (facts.default !== undefined) return `\`${String(facts.default)}\``;
  return facts.defaultText ?? "";
}

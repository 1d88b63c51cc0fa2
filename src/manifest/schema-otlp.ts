// The keys of `otlp`: where traces are exported to. Named after the variables of OpenTelemetry's own exporters.

import * as z from "zod/mini";
import { choice, duration, fields, flag, number, text, url, part } from "./fields.ts";
import { headerMap } from "./schema-endpoint.ts";
import { tlsSchema } from "./schema-nats.ts";
import { later } from "./later.ts";

const minuteMs = 60_000;
export const otlpProtocols = ["http/protobuf", "http/json"] as const;

function attributes() {
  const accepted = "a map of attributes, each a text";
  const attributeName = "the name of an attribute, such as deployment.environment.name";
  return z
    .record(
      z.string().check(z.regex(/^[A-Za-z0-9_.\-/]{1,128}$/, { error: attributeName })),
      text({ description: "The attribute's value." }),
      { error: accepted },
    )
    .register(fields, {
      description: "Further attributes of this process, told with each span. `OTEL_RESOURCE_ATTRIBUTES`",
      defaultText: "none",
    });
}

export const otlpSchema = later(() =>
  z.strictObject(
    {
      endpoint: z.optional(
        url(
          {
            description:
              "The collector, such as `http://127.0.0.1:4318`; `/v1/traces` is added. `OTEL_EXPORTER_OTLP_ENDPOINT`",
            need: "unless the environment has it",
          },
          ["http", "https"],
        ),
      ),
      protocol: z.optional(
        choice(
          { description: "How spans are written. `OTEL_EXPORTER_OTLP_PROTOCOL`", default: "http/protobuf" },
          otlpProtocols,
        ),
      ),
      headers: z.optional(
        headerMap({
          description: "HTTP headers sent with each request, such as a key. `OTEL_EXPORTER_OTLP_HEADERS`",
          defaultText: "none",
        }),
      ),
      compression: z.optional(choice({ description: "Of requests.", default: "none" }, ["none", "gzip"])),
      timeout: z.optional(duration({ description: "For one request.", default: "10s" }, 100, 5 * minuteMs)),
      tls: z.optional(part({ description: "TLS to a collector with an `https://` URL." }, () => tlsSchema)),
      service_name: z.optional(
        text({ description: "The attribute `service.name`. `OTEL_SERVICE_NAME`", default: "muster" }),
      ),
      resource_attributes: z.optional(attributes()),
      sample_ratio: z.optional(
        number(
          {
            description:
              "Share of the turns that are exported. A caller that sends `traceparent` decides for its turns itself.",
            default: 1,
          },
          0,
          1,
        ),
      ),
      content: z.optional(
        flag({
          description:
            "Export prompts, answers, and what tools are called with and give back, without what `guards.redact` matches.",
          default: false,
        }),
      ),
      environment: z.optional(
        flag({
          description: "Take what is left out here from the variables named in this table, where they are set.",
          default: false,
        }),
      ),
    },
    { error: "a map with endpoint and other keys" },
  ),
);

export type OtlpKeys = z.infer<typeof otlpSchema>;

export const otlpField = part(
  {
    description: "Export of traces to an OpenTelemetry collector (docs/tracing.md).",
    defaultText: "nothing is exported",
  },
  () => otlpSchema,
);

// The keys of an MQTT broker.

import * as z from "zod/mini";
import { choice, connectionText, duration, fields, flag, integer, literalText, secret, url, part } from "./fields.ts";
import { tlsSchema } from "./schema-nats.ts";
import { later } from "./later.ts";

const topic = "an MQTT topic such as plant/press-07/state";

export const willSchema = later(() =>
  z.strictObject(
    {
      topic: literalText({ description: "Where it is published.", need: "yes" }, topic),
      payload: z.string({ error: "a text" }).register(fields, {
        description: "What the broker says when our connection breaks, and we when we end it.",
        need: "yes",
      }),
      online: z.optional(
        z.string({ error: "a text" }).register(fields, {
          description: "What is published there whenever we are connected.",
          defaultText: "nothing",
        }),
      ),
      qos: z.optional(integer({ description: "Quality of service.", default: 1 }, 0, 2)),
      retain: z.optional(flag({ description: "Whether the broker keeps it for later subscribers.", default: true })),
    },
    { error: "a map with topic and payload" },
  ),
);

export const brokerSchema = later(() =>
  z.strictObject(
    {
      url: url({ description: "`mqtt://host:1883` or, with TLS, `mqtts://host:8883`.", need: "yes" }, [
        "mqtt",
        "mqtts",
      ]),
      protocol: z.optional(choice({ description: "Version of MQTT.", default: "v5" }, ["v5", "v3.1.1"])),
      client_id: z.optional(
        connectionText(
          {
            description: "Who we are to the broker; no other client may have it.",
            defaultText: "`<agent>-<owner>-<broker>`, of `identity`",
          },
          "a client ID of 1 to 128 characters without spaces",
          /^\S{1,128}$/,
        ),
      ),
      user: z.optional(connectionText({ description: "User name.", need: "with `password`" }, "a user name", /^\S+$/)),
      password: z.optional(secret({ description: "Password of `user`.", need: "with `user`" })),
      tls: z.optional(part({ description: "TLS to the broker, with a `mqtts://` URL." }, () => tlsSchema)),
      keep_alive: z.optional(
        duration(
          {
            description:
              "How often a silent connection is tried; a broker that is gone is noticed in one and a half of it.",
            default: "30s",
          },
          1000,
          3_600_000,
        ),
      ),
      will: z.optional(
        part(
          {
            description: "The last will: what the broker publishes when we are gone without a word.",
            defaultText: "none",
          },
          () => willSchema,
        ),
      ),
    },
    { error: "a map with url" },
  ),
);

export type BrokerKeys = z.infer<typeof brokerSchema>;

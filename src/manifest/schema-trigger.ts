// The keys of an agent's trigger: what starts it, what it asks, where the answer goes.

import * as z from "zod/mini";
import { choice, duration, flag, integer, literalText, name, place, text, part } from "./fields.ts";
import { later } from "./later.ts";

const dayMs = 86_400_000;
const subject = "a NATS subject such as plant.line3.alarm";
const topic = "an MQTT topic such as line3/alarm";

export const deliverSchema = later(() =>
  z.strictObject(
    {
      nats: z.optional(
        literalText({ description: "A NATS subject.", need: "one of `nats`, `mqtt` and `file`" }, subject),
      ),
      mqtt: z.optional(literalText({ description: "An MQTT topic.", need: "one of `nats`, `mqtt` and `file`" }, topic)),
      file: z.optional(
        place({
          description: "A file, written whole with each answer. May hold `{{time}}`, `{{run}}` and `{{trigger}}`.",
          need: "one of `nats`, `mqtt` and `file`",
        }),
      ),
      broker: z.optional(
        name({ description: "With `mqtt`: a broker of the main file's `mqtt`.", defaultText: "the only one" }),
      ),
      qos: z.optional(integer({ description: "With `mqtt`: quality of service.", default: 1 }, 0, 2)),
      retain: z.optional(flag({ description: "With `mqtt`: whether the broker keeps it.", default: false })),
    },
    { error: "a map with nats, mqtt or file" },
  ),
);

export const triggerSchema = later(() =>
  z.strictObject(
    {
      every: z.optional(
        duration(
          { description: "Runs at this interval, first after one of it.", need: "one of the six kinds" },
          1000,
          366 * dayMs,
        ),
      ),
      cron: z.optional(
        text(
          {
            description: "Runs by a cron expression of five fields, or six with seconds first.",
            need: "one of the six kinds",
          },
          'a cron expression such as "0 6 * * 1-5"',
        ),
      ),
      at: z.optional(
        text(
          { description: "Runs once, at an ISO 8601 date and time.", need: "one of the six kinds" },
          "a date and time such as 2027-01-31T06:00:00 or 2027-01-31T06:00:00+01:00",
        ),
      ),
      subject: z.optional(
        literalText(
          {
            description: "Runs for each message on a NATS subject; `*` and `>` as in NATS.",
            need: "one of the six kinds",
          },
          subject,
        ),
      ),
      mqtt: z.optional(
        literalText(
          { description: "Runs for each message of an MQTT topic filter.", need: "one of the six kinds" },
          "an MQTT topic filter such as line3/+/alarm",
        ),
      ),
      file: z.optional(place({ description: "Runs for each new file in this folder.", need: "one of the six kinds" })),
      timezone: z.optional(
        text(
          { description: "With `cron`, and `at` without an offset: the zone they mean.", defaultText: "the machine's" },
          "a time zone such as Europe/Berlin or UTC",
        ),
      ),
      queue_group: z.optional(
        literalText(
          {
            description: "With `subject`: of all subscribers in one group, one gets a message.",
            defaultText: "one of the agent's address and the trigger's name",
          },
          "a queue group, a text without spaces",
        ),
      ),
      broker: z.optional(
        name({ description: "With `mqtt`: a broker of the main file's `mqtt`.", defaultText: "the only one" }),
      ),
      qos: z.optional(integer({ description: "With `mqtt`: quality of service.", default: 1 }, 0, 2)),
      pattern: z.optional(
        text(
          { description: "With `file`: which names are taken, such as `*.csv`.", defaultText: "all" },
          "a pattern for file names such as *.csv",
        ),
      ),
      settle: z.optional(
        duration(
          { description: "With `file`: how long a file must stay as it is to be whole.", default: "2s" },
          100,
          3_600_000,
        ),
      ),
      prompt: z.optional(
        text({
          description: "What the agent is asked; `{{…}}` stands for what came (docs/triggers.md).",
          need: "with `every`, `cron` and `at`",
          defaultText: "`{{payload}}`",
        }),
      ),
      conversation: z.optional(
        text({
          description:
            "Whose turns it remembers: `own`, those of this trigger; `none`; or a name that triggers of the agent share.",
          default: "own",
        }),
      ),
      catch_up: z.optional(
        choice(
          {
            description:
              "With `every`, `cron` and `at`, for ticks that came while the runtime was down: `none` leaves them out, `last` makes up for the last.",
            default: "none",
          },
          ["none", "last"],
        ),
      ),
      overlap: z.optional(
        choice(
          {
            description: "What becomes of one that comes while a run goes on.",
            defaultText: "`skip` with `every`, `cron` and `at`, else `queue`",
          },
          ["skip", "queue"],
        ),
      ),
      deliver: z.optional(
        part({ description: "Where answers go.", defaultText: "they are only recorded" }, () => deliverSchema),
      ),
    },
    { error: "a map with every, cron, at, subject, mqtt or file, and prompt" },
  ),
);

export type TriggerKeys = z.infer<typeof triggerSchema>;
export type DeliverKeys = z.infer<typeof deliverSchema>;

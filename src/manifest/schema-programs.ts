// The keys of `nats.embedded.programs`: what other programs may hear and say on a bundled server with keys.

import * as z from "zod/mini";
import { isSenderName } from "../protocol/sender-rules.ts";
import { acceptedName, fields, namePattern, part } from "./fields.ts";
import type { ProgramConfig } from "./manifest.ts";
import { subjects } from "./tools/subjects.ts";
import { later } from "./later.ts";

const accepted = "a user's public NKEY (U…, 56 characters) with its checksum right";
const shape = /^U[A-Z2-7]{55}$/;

export const programSchema = later(() =>
  z.strictObject(
    {
      key: z.optional(
        z
          .string({ error: accepted })
          .check(z.regex(shape, { error: accepted }), z.refine(isSenderName, { error: accepted }))
          .register(fields, {
            description: "The program's own public NKEY; it may do this and nothing else.",
            defaultText: "that of the caller of this name (`muster identity add`), who may do this, too",
          }),
      ),
      publish: subjects("Subjects that it may publish to; `*` is one token, `>` the rest."),
      subscribe: subjects("Subjects that it may hear; what is asked there it may answer."),
    },
    { error: "a map with key, publish and subscribe" },
  ),
);

export const programsSchema = part(
  {
    description:
      "Other programs by name, such as a sensor's, and the subjects of tools and triggers that they may use; needs `auth: nkey` (docs/auth.md).",
    defaultText: "none",
  },
  () =>
    z.record(z.string().check(z.regex(namePattern, { error: acceptedName })), programSchema, {
      error: 'a map of programs by name, written as "name:" with its keys below, not as a list',
    }),
);

export function buildPrograms(programs: z.infer<typeof programsSchema>): readonly ProgramConfig[] {
  return Object.entries(programs).map(([name, { key, publish = [], subscribe = [] }]) => ({
    name,
    ...(key === undefined ? {} : { key }),
    publish,
    subscribe,
  }));
}

/** In the manifest's own words. */
export function programsPlain(programs: readonly ProgramConfig[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(programs.map(({ name, ...keys }) => [name, keys]));
}

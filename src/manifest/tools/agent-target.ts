// Which agent a tool of type `agent` or `handoff` means: one address, or filters.

import * as z from "zod/mini";
import { isPublishableSubject, parseAgentSubject } from "../../protocol/subjects.ts";
import { fields } from "../fields.ts";
import type { AgentTarget } from "./other-agents-config.ts";

const acceptedAddress =
  "an address: NAME, OWNER/NAME or AGENT/OWNER/NAME, without stars, or a prompt subject agents.prompt.AGENT.OWNER.NAME";

/** The key that names one agent; `default` says what stands for it. */
export function addressKey(description: string) {
  return z.optional(
    z
      .string({ error: acceptedAddress })
      .check(z.refine((value) => parseTargetAddress(value) !== undefined, { error: acceptedAddress }))
      .register(fields, { description, defaultText: "what `match` finds" }),
  );
}

const acceptedFilter = "a text in which a star stands for any characters";

function filter(description: string) {
  return z.optional(
    z
      .string({ error: acceptedFilter })
      .check(z.regex(/^[^\s.>]{1,255}$/, { error: acceptedFilter }))
      .register(fields, { description, defaultText: "any" }),
  );
}

export function matchKey() {
  return z.optional(
    z
      .strictObject(
        {
          agent: filter("Its harness, such as `muster`; a star stands for any characters."),
          owner: filter("Its owner, likewise."),
          name: filter("Its name, likewise."),
        },
        { error: "a map with agent, owner and name, such as { owner: plant, name: maintenance }" },
      )
      .register(fields, {
        description:
          "Which agent: all that is given fits. Of several the fittest by their heartbeats, then the least busy.",
        defaultText: "what the address names",
      }),
  );
}

/** Undefined: it is no address. */
export function parseTargetAddress(text: string): AgentTarget | undefined {
  if (parseAgentSubject(text)?.verb === "prompt") return { address: text };
  const [name, owner, agent, ...rest] = text.split("/").reverse();
  const parts = [name, owner, agent].filter((part) => part !== undefined);
  if (name === undefined || rest.length > 0) return undefined;
  if (parts.some((part) => part === "" || part.includes("*") || !isPublishableSubject(part))) return undefined;
  return { name, ...(owner === undefined ? {} : { owner }), ...(agent === undefined ? {} : { agent }) };
}

/** Of keys that passed every check: one of both is there. */
export function buildTarget(address: string | undefined, match: Filters = {}): AgentTarget {
  const { agent, owner, name } = match;
  return (
    (address === undefined ? undefined : parseTargetAddress(address)) ?? {
      ...(agent === undefined ? {} : { agent }),
      ...(owner === undefined ? {} : { owner }),
      ...(name === undefined ? {} : { name }),
    }
  );
}

/** As the schema reads them. */
interface Filters {
  readonly agent?: string | undefined;
  readonly owner?: string | undefined;
  readonly name?: string | undefined;
}

/** In the manifest's own words. */
export function targetPlain({ address, ...match }: AgentTarget, key: "address" | "to"): Record<string, unknown> {
  return address === undefined ? { match } : { [key]: address };
}

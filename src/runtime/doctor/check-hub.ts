// Can the hub be reached, and is the link to it up?

import type { HubProbe } from "../../bus/bundled/probe-hub.ts";
import type { HubConfig } from "../../manifest/manifest.ts";
import type { HubState } from "../control-protocol.ts";
import type { Check } from "./check.ts";
import { type Finding, ok, problem, problemOf, skipped } from "./finding.ts";

export interface HubFacts {
  readonly hub: HubConfig | undefined;
  /** What the runtime says of its link; undefined when none tells. */
  readonly link: HubState | undefined;
  readonly isOffline: boolean;
  /** Connects, and shows no credentials. Never rejects. */
  readonly probe: (hub: HubConfig, signal: AbortSignal) => Promise<HubProbe>;
}

export function checkHub(facts: HubFacts): Check {
  return { name: "hub", deadlineMs: 15_000, examine: async (signal) => [await hubFinding(facts, signal)] };
}

async function hubFinding({ hub, link, isOffline, probe }: HubFacts, signal: AbortSignal): Promise<Finding> {
  if (link?.state === "connected") return ok(`Linked to ${link.url} since ${link.since}`, { since: link.since });
  if (link !== undefined) return notLinked(link);
  if (hub === undefined) return skipped("The manifest names none");
  if (isOffline) return skipped("Not asked with --offline");
  const probed = await probe(hub, signal);
  if (probed.type === "failed") return problemOf(probed.reason, remedy);
  const tls = probed.isTls ? "its TLS holds" : "without TLS";
  return ok(
    `${hub.url} answers (nats-server ${probed.version}), ${tls}; whether it takes the credentials shows when a runtime runs`,
  );
}

const remedy = "Check the network from here to the hub; agents answer callers on this machine all the same";

function notLinked({ url, state, since, reason }: HubState): Finding {
  const text = `No link to ${url} (${state} since ${since})`;
  if (reason === undefined) return problem(text, remedy);
  const why = problemOf(reason, remedy);
  return problem(`${text}: ${why.text}`, why.remedy ?? remedy);
}

// Does an MQTT broker of the manifest take the runtime?

import type { BrokerConfig } from "../../manifest/trigger.ts";
import type { Check } from "./check.ts";
import { type Finding, ok, problem, skipped } from "./finding.ts";
import { isLoopbackUrl } from "./loopback.ts";

const connectMs = 8_000;

/** `look`: why it does not take us; undefined: it does. Never rejects. */
export function checkBroker(
  { name, url, tls }: BrokerConfig,
  {
    isOffline,
    look,
  }: { readonly isOffline: boolean; readonly look: (signal: AbortSignal) => Promise<string | undefined> },
): Check {
  const examine = async (signal: AbortSignal): Promise<Finding> => {
    if (isOffline && !isLoopbackUrl(url)) return skipped("It is not on this machine: not asked with --offline");
    const why = await look(AbortSignal.any([signal, AbortSignal.timeout(connectMs)]));
    if (why !== undefined) return problem(`Cannot connect to "${url}": ${why}`, remedyFor(why, tls !== undefined));
    return ok(`"${url}" takes us`);
  };
  return { name: `mqtt ${name}`, deadlineMs: connectMs + 2_000, examine: async (signal) => [await examine(signal)] };
}

function remedyFor(why: string, hasTls: boolean): string {
  if (/authori[sz]ed|bad user ?name|identifier rejected/i.test(why))
    return "See user and password of the broker in the manifest, and what the broker permits";
  if (/certificate|self.signed|issuer|altname|hostname/i.test(why))
    return `See its certificate${hasTls ? " and tls.ca_file" : "; give tls.ca_file where it is of an authority of your own"}`;
  return "See whether it runs, its url and what lies between";
}

// Can an `http` tool reach the origins on its lists? Each is connected to, with its certificate where it has one; no request is sent.

import type { HttpToolConfig } from "../../manifest/tools/config.ts";
import type { Check } from "./check.ts";
import { type Finding, ok, skipped, warning } from "./finding.ts";
import { isLoopbackUrl } from "./loopback.ts";

/** Why an origin cannot be reached; undefined: it can. Never rejects. */
export type OriginLook = (origin: string, signal: AbortSignal) => Promise<string | undefined>;

const connectMs = 5_000;
/** The others are not looked at. */
const maxOrigins = 8;

export function checkHttpTool(
  name: string,
  { allow, ask }: Pick<HttpToolConfig, "allow" | "ask">,
  { isOffline, look }: { readonly isOffline: boolean; readonly look: OriginLook },
): Check {
  const origins = [...new Set([...allow, ...ask].map(({ origin }) => origin))].slice(0, maxOrigins);
  return {
    name,
    deadlineMs: connectMs + 3_000,
    examine: async (signal) => {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(connectMs)]);
      return Promise.all(origins.map((origin) => originFinding(origin, isOffline, () => look(origin, limit))));
    },
  };
}

/** What the tool is for may be off now, as machines are: no problem of this one. */
async function originFinding(
  origin: string,
  isOffline: boolean,
  look: () => Promise<string | undefined>,
): Promise<Finding> {
  if (isOffline && !isLoopbackUrl(origin)) return skipped(`${origin} is not on this machine: not asked with --offline`);
  const why = await look();
  if (why === undefined)
    return ok(`${origin} takes connections${origin.startsWith("https:") ? ", its certificate holds" : ""}`);
  const isDenied = why.includes("private address");
  const remedy = isDenied
    ? "List the address in private, when it is meant (docs/tools/http.md)"
    : "See whether it is on, its name, its port and its certificate, and what lies between";
  return warning(`${origin}: ${why}`, remedy);
}

// Does the collector of the manifest take spans? It is sent a request without any: nothing is stored there.

import type { OtlpConfig } from "../../manifest/manifest.ts";
import type { PostOutcome } from "../../telemetry/otlp/post.ts";
import type { Check } from "./check.ts";
import { type Finding, ok, problem, skipped, warning } from "./finding.ts";
import { isLoopbackUrl } from "./loopback.ts";

const longestMs = 10_000;

/** `post`: sends the empty request, once. Never rejects. */
export function checkOtlp(
  config: OtlpConfig,
  {
    isOffline,
    post,
  }: { readonly isOffline: boolean; readonly post: (timeoutMs: number, signal: AbortSignal) => Promise<PostOutcome> },
): Check {
  const timeoutMs = Math.min(longestMs, config.timeoutMs);
  const url = withoutQuery(config.url);
  const examine = async (signal: AbortSignal): Promise<Finding> => {
    if (isOffline && !isLoopbackUrl(url)) return skipped("It is not on this machine: not asked with --offline");
    return findingOf(await post(timeoutMs, signal), url, config.protocol);
  };
  return { name: "otlp", deadlineMs: timeoutMs + 2_000, examine: async (signal) => [await examine(signal)] };
}

function findingOf(outcome: PostOutcome, url: string, protocol: OtlpConfig["protocol"]): Finding {
  switch (outcome.type) {
    case "taken": {
      const { message } = outcome.partial;
      const taken = `"${url}" takes spans (${protocol})`;
      return message === "" ? ok(taken) : warning(`${taken}, and says: ${message}`, "See what it wants of them");
    }
    case "refused":
      return problem(
        `The collector at "${url}" takes no spans: ${outcome.reason}`,
        remedyFor(outcome.reason, protocol),
      );
    case "later":
      return problem(
        `The collector at "${url}" cannot be reached: ${outcome.reason}`,
        "See whether it runs, otlp.endpoint and what lies between; turns go on meanwhile, and the oldest of their spans are lost",
      );
  }
}

function remedyFor(reason: string, protocol: OtlpConfig["protocol"]): string {
  const status = Number(/\d{3}$/.exec(reason)?.[0]);
  if (status === 401 || status === 403) return "See otlp.headers: it wants a key, or another one";
  if (status === 404 || status === 405)
    return "See otlp.endpoint: nothing takes OTLP traces there; its port for OTLP over HTTP is usually 4318";
  if (status === 400 || status === 415) {
    return `See otlp.protocol: it may not take ${protocol}, but ${protocol === "http/json" ? "http/protobuf" : "http/json"}`;
  }
  if (status >= 300 && status < 400) return "See otlp.endpoint: it leads elsewhere, and redirects are not followed";
  return "See what the collector says in its log";
}

/** A query may hold a key. */
function withoutQuery(text: string): string {
  const url = new URL(text);
  url.search = "";
  return url.href;
}

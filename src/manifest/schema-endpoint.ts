// The keys of `endpoints`: where models live, and how to reach them there.

import * as z from "zod/mini";
import { choice, duration, type FieldFacts, count, integer, path, secret, url, part } from "./fields.ts";
import { later } from "./later.ts";

export const providers = ["ollama", "openai", "anthropic", "builtin"] as const;

const minuteMs = 60_000;

/** Headers of HTTP requests, each value a secret. */
export function headerMap(facts: FieldFacts) {
  const accepted = "a map of HTTP headers, each a text";
  const headerName = "the name of an HTTP header";
  return part(facts, () =>
    z.record(
      z.string().check(z.regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,256}$/, { error: headerName })),
      secret({ description: "The header's value." }),
      { error: accepted },
    ),
  );
}

/** How to reach an endpoint; a model without `endpoint` has these keys itself. */
export function connection() {
  return {
    api_key: z.optional(
      secret({
        description: "The key that the endpoint asks for.",
        defaultText: "`${OPENAI_API_KEY}` or `${ANTHROPIC_API_KEY}` at the default address of that provider, else none",
      }),
    ),
    headers: z.optional(headerMap({ description: "HTTP headers sent with each request.", defaultText: "none" })),
    proxy: z.optional(secret({ description: "URL of an HTTP proxy to go through.", defaultText: "none" })),
    ca_file: z.optional(
      path({
        description: "PEM file with the certificate authorities to trust for this endpoint.",
        defaultText: "those of the system",
      }),
    ),
    connect_timeout: z.optional(
      duration({ description: "How long a connection may take to be made.", default: "10s" }, 100, 10 * minuteMs),
    ),
    retries: z.optional(
      integer(
        {
          description:
            "How often a call is tried again after 408, 425, 429, 500, 502, 503, 504 or 529, before any text, with backoff, or when its server says. In a chain only the last model is.",
          default: 2,
        },
        0,
        10,
      ),
    ),
    retry_within: z.optional(
      duration({ description: "Time for a call with all its retries to begin.", default: "30s" }, 0, 60 * minuteMs),
    ),
    parallel: z.optional(
      count(
        {
          description:
            "Model calls at once, shared fairly by all agents; those of one model are taken next to each other.",
          defaultText: "1 for `ollama` and `builtin`, 8 for `openai` and `anthropic`",
        },
        1,
        1024,
      ),
    ),
  };
}

export const baseUrl = {
  description: "Base URL of the provider's API.",
  defaultText:
    "`http://127.0.0.1:11434` for `ollama`, `https://api.openai.com/v1` for `openai`, `https://api.anthropic.com` for `anthropic`; none for `builtin`",
};

export const endpointSchema = later(() =>
  z.strictObject(
    {
      provider: choice(
        { description: "What is spoken there; `openai` is any compatible URL.", need: "yes" },
        providers,
      ),
      url: z.optional(url(baseUrl, ["http", "https"])),
      ...connection(),
    },
    { error: "a map with the keys of an endpoint" },
  ),
);

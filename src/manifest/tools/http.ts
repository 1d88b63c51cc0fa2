// The keys of a tool of `type: http`.

import * as z from "zod/mini";
import { fields, secret, size } from "../fields.ts";
import { formatDuration, formatSize } from "../units.ts";
import { isAddressRange } from "./address-range.ts";
import type { HttpToolConfig } from "./config.ts";
import { parseHttpRule, type HttpRule } from "./http-rule.ts";
import {
  allowUnauthenticated,
  carriedBy,
  maxOutput,
  maxOutputDefault,
  timeout,
  timeoutDefaultMs,
  traceparent,
} from "./shared-keys.ts";
import { toolType } from "./tool-type.ts";
import { later } from "../later.ts";

const maxResponseDefault = 1024 ** 2;
const acceptedRules = 'a list of requests such as ["GET http://plc-gateway.local:9000/"]';

function rules(description: string) {
  const rule = z.string({ error: "a request, such as GET http://plc-gateway.local:9000/" }).check(
    z.superRefine((value, context) => {
      const parsed = parseHttpRule(value);
      if ("failure" in parsed) context.issues.push({ code: "custom", input: value, message: parsed.failure });
    }),
  );
  return z.optional(
    z
      .array(rule, { error: acceptedRules })
      .check(z.maxLength(1000, { error: "a list of up to 1000 requests" }))
      .register(fields, { description, defaultText: "none" }),
  );
}

function headers() {
  const headerName = "the name of an HTTP header that the connection does not need for itself";
  return z.optional(
    z
      .record(
        z.string().check(
          z.regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,256}$/, { error: headerName }),
          z.regex(
            /^(?!(host|connection|content-length|transfer-encoding|upgrade|te|trailer|expect|accept-encoding|proxy-.*)$)/i,
            {
              error: headerName,
            },
          ),
        ),
        secret({ description: "The header's value." }),
        { error: "a map of HTTP headers, each a text" },
      )
      .register(fields, {
        description: "HTTP headers sent with each request, such as a key; the model never sees them.",
        defaultText: "none",
      }),
  );
}

export const httpToolSchema = later(() =>
  z.strictObject(
    {
      type: toolType(
        "http",
        "Lets the model send HTTP requests (docs/tools/http.md). Privileged with more than GET and HEAD.",
      ),
      allow: rules("Requests that are sent at once: a method, an origin and the beginning of a path."),
      ask: rules("Requests that are sent when somebody of `callers.approve` says yes."),
      private: z.optional(
        z
          .array(
            z
              .string({ error: "an address or a range" })
              .check(z.refine(isAddressRange, { error: "an IP address, or a range such as 10.0.0.0/8" })),
            { error: 'a list of addresses and ranges such as ["10.1.0.0/16"]' },
          )
          .register(fields, {
            description: "Private addresses that names of the lists may stand for, beside those of the guards.",
            defaultText: "none",
          }),
      ),
      headers: headers(),
      timeout: timeout("When a request is given up, with all of its redirects and the body."),
      max_response: z.optional(
        size(
          {
            description: "How much of a response is read; what is over it is cut.",
            default: formatSize(maxResponseDefault),
          },
          1024,
          64 * 1024 ** 2,
        ),
      ),
      max_output: maxOutput(),
      traceparent: traceparent("requests bear the headers `traceparent` and `tracestate`"),
      allow_unauthenticated: allowUnauthenticated(),
    },
    { error: "a map with type, allow, ask and other keys of an http tool" },
  ),
);

export function buildHttpTool(name: string, keys: z.infer<typeof httpToolSchema>): HttpToolConfig {
  return {
    type: "http",
    name,
    allow: rulesOf(keys.allow),
    ask: rulesOf(keys.ask),
    private: keys.private ?? [],
    headers: keys.headers ?? {},
    timeoutMs: keys.timeout ?? timeoutDefaultMs,
    maxResponseBytes: keys.max_response ?? maxResponseDefault,
    maxOutputBytes: keys.max_output ?? maxOutputDefault,
    ...carriedBy(keys),
  };
}

/** In the manifest's own words. */
export function httpToolPlain(config: HttpToolConfig): Record<string, unknown> {
  const { type, timeoutMs, maxResponseBytes, maxOutputBytes } = config;
  const headers = Object.entries(config.headers).map(([name, value]) => [name, value.toString()] as const);
  const lists = {
    allow: config.allow.map(formatHttpRule),
    ask: config.ask.map(formatHttpRule),
    private: config.private,
  };
  return {
    type,
    ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)),
    headers: headers.length === 0 ? undefined : Object.fromEntries(headers),
    timeout: formatDuration(timeoutMs),
    max_response: formatSize(maxResponseBytes),
    max_output: formatSize(maxOutputBytes),
    traceparent: config.carriesTrace,
  };
}

export function formatHttpRule({ method, origin, path }: HttpRule): string {
  return `${method} ${origin}${path}`;
}

function rulesOf(texts: readonly string[] = []): readonly HttpRule[] {
  return texts.map((text) => {
    const rule = parseHttpRule(text);
    if ("failure" in rule) throw new Error(`Not checked: ${text}`);
    return rule;
  });
}

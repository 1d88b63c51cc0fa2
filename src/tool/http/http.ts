// `type: http`: requests that the operator's lists let through, to addresses that their hosts may stand for.

import * as z from "zod/mini";
import { formatHttpRule } from "../../manifest/tools/http.ts";
import type { HttpToolConfig } from "../../manifest/tools/config.ts";
import { ToolError, type Tool, type ToolOutput } from "../contract.ts";
import { described } from "../described.ts";
import { parametersOf, readInput } from "../parameters.ts";
import { systemResolver, type Resolver } from "./destination.ts";
import { HttpExchange } from "./http-exchange.ts";

const reading = ["GET", "HEAD"];
/** Of the lists; a model reads no more. */
const maxShownRules = 30;
const maxUrlChars = 8192;

export function httpTool(config: HttpToolConfig, resolve: Resolver = systemResolver): Tool {
  const methods = [...new Set([...config.allow, ...config.ask].map(({ method }) => method))];
  const isReadOnly = methods.every((method) => reading.includes(method));
  const input = inputOf(methods);
  return {
    name: config.name,
    description: descriptionOf(config),
    parameters: parametersOf(isReadOnly ? z.omit(input, { body: true }) : input),
    isReadOnly,
    async run(given, context): Promise<ToolOutput> {
      const { url, method = methods[0] ?? "GET", body } = readInput(input, given);
      if (isReadOnly && body !== undefined && !isNone(method, body))
        throw new ToolError("invalid", '"body": Nothing is sent with a GET');
      const exchange = new HttpExchange(config, resolve, context);
      return {
        text: await exchange.run({ method, url, ...(body === undefined || isNone(method, body) ? {} : { body }) }),
      };
    },
  };
}

function inputOf(methods: readonly string[]) {
  const url = described(z.string().check(z.maxLength(maxUrlChars)), "The whole URL, with http:// or https://");
  const method = z.optional(described(z.enum(methods), `Default: ${methods[0] ?? "GET"}`));
  const body = z.optional(described(z.string(), "What to send, such as JSON"));
  return z.strictObject({ url, method, body });
}

/** Small models send something with a GET, too. */
function isNone(method: string, body: string): boolean {
  return reading.includes(method) && ["", "{}", "null"].includes(body.trim());
}

function descriptionOf({ allow, ask }: HttpToolConfig): string {
  const shown = (rules: HttpToolConfig["allow"]) => rules.slice(0, maxShownRules).map(formatHttpRule).join("; ");
  return [
    "Sends an HTTP request and returns the answer. Each URL must begin with one of these.",
    ...(allow.length === 0 ? [] : [`Allowed: ${shown(allow)}.`]),
    ...(ask.length === 0 ? [] : [`Somebody must approve: ${shown(ask)}.`]),
  ].join(" ");
}

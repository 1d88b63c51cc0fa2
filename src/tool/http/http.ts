// `type: http`: requests that the operator's lists let through, to addresses that their hosts may stand for.

import * as z from "zod/mini";
import { formatHttpRule } from "../../manifest/tools/http.ts";
import type { HttpToolConfig } from "../../manifest/tools/config.ts";
import type { Tool, ToolOutput } from "../contract.ts";
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
  const input = inputOf(methods);
  return {
    name: config.name,
    description: descriptionOf(config),
    parameters: parametersOf(input),
    isReadOnly: methods.every((method) => reading.includes(method)),
    async run(given, context): Promise<ToolOutput> {
      const { url, method = methods[0] ?? "GET", body } = readInput(input, given);
      const exchange = new HttpExchange(config, resolve, context);
      return { text: await exchange.run({ method, url, ...(body === undefined ? {} : { body }) }) };
    },
  };
}

function inputOf(methods: readonly string[]) {
  const url = described(z.string().check(z.maxLength(maxUrlChars)), "The whole URL, with http:// or https://");
  const method = described(z.enum(methods), `Default: ${methods[0] ?? "GET"}`);
  const body = described(z.string(), "What to send, such as JSON");
  const hasBody = methods.some((one) => !reading.includes(one));
  return z.strictObject({
    url,
    method: z.optional(method),
    body: hasBody ? z.optional(body) : z.optional(z.never()),
  });
}

function descriptionOf({ allow, ask }: HttpToolConfig): string {
  const shown = (rules: HttpToolConfig["allow"]) => rules.slice(0, maxShownRules).map(formatHttpRule).join("; ");
  return [
    "Sends an HTTP request and returns the answer. Each URL must begin with one of these.",
    ...(allow.length === 0 ? [] : [`Allowed: ${shown(allow)}.`]),
    ...(ask.length === 0 ? [] : [`Somebody must approve: ${shown(ask)}.`]),
  ].join(" ");
}

// The keys of a tool of `type: mcp`: the tools of an MCP server, started here or reached by its URL.

import * as z from "zod/mini";
import { choice, connectionText, duration, fields, path, secret, size, url } from "../fields.ts";
import type { FileScope } from "../file-scope.ts";
import type { Raw } from "../parsed-file.ts";
import { formatDuration, formatSize } from "../units.ts";
import type { Path } from "../yaml-tree.ts";
import type { McpHttpConfig, McpServerConfig, McpStdioConfig, McpToolConfig } from "./config.ts";
import { carriedBy, traceparent } from "./shared-keys.ts";
import { toolType } from "./tool-type.ts";
import { later } from "../later.ts";

const hourMs = 3_600_000;
const timeoutDefaultMs = 60_000;
const startTimeoutDefaultMs = 30_000;
const questionTimeoutDefaultMs = 120_000;
const maxOutputDefault = 16 * 1024;

const word = "a text that is not empty; ${…} is not expanded here, secrets belong into env";
const patternWords = "the name of a tool as its server has it, in which * stands for any characters";

function words() {
  const accepted = "a program and its arguments, such as [npx, -y, some-server]";
  const one = z
    .string({ error: word })
    .check(z.minLength(1, { error: word }), z.regex(/^(?!.*\$\{)/s, { error: word }));
  return z
    .array(one, { error: accepted })
    .check(z.minLength(1, { error: accepted }), z.maxLength(256, { error: accepted }))
    .register(fields, { description: "Program and arguments that start the server: it speaks MCP over stdio." });
}

function secretsByName(names: RegExp, what: string, description: string) {
  return z
    .record(z.string().check(z.regex(names, { error: `the name of ${what}` })), secret({ description: "Its value." }), {
      error: `a map by the name of ${what}, each a text`,
    })
    .register(fields, { description, defaultText: "none" });
}

function patterns(description: string, defaultText: string) {
  const one = z.string({ error: patternWords }).check(z.regex(/^\S{1,128}$/, { error: patternWords }));
  return z
    .array(one, { error: `a list, each ${patternWords}` })
    .check(z.maxLength(256, { error: "at most 256 patterns" }))
    .register(fields, { description, defaultText });
}

export const mcpToolSchema = later(() =>
  z.strictObject(
    {
      type: toolType("mcp", "The tools of an MCP server (docs/tools/mcp.md)."),
      command: z.optional(words()),
      env: z.optional(
        secretsByName(
          /^[A-Za-z_][A-Za-z0-9_]{0,255}$/,
          "an environment variable",
          "Added to the environment of a server that `command` starts, which is scrubbed else.",
        ),
      ),
      cwd: z.optional(
        connectionText(
          { description: "Where `command` is started: an absolute path.", default: "/", absentAs: "/" },
          "the absolute path of a folder",
          /^(\/|[A-Za-z]:[\\/]|\$\{)/,
        ),
      ),
      url: z.optional(url({ description: "URL of a server that speaks MCP over streamable HTTP." }, ["http", "https"])),
      headers: z.optional(
        secretsByName(
          /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,256}$/,
          "an HTTP header",
          "HTTP headers sent with each request to `url`.",
        ),
      ),
      proxy: z.optional(secret({ description: "URL of an HTTP proxy to reach `url` through.", defaultText: "none" })),
      ca_file: z.optional(
        path({
          description: "PEM file with the certificate authorities to trust for `url`.",
          defaultText: "those of the system",
        }),
      ),
      start: z.optional(
        choice(
          {
            description: "When the server is started or spoken to: with the first prompt, or with the agent.",
            default: "lazy",
          },
          ["lazy", "eager"],
        ),
      ),
      prefix: z.optional(
        z
          .string({ error: "up to 32 characters out of a-z A-Z 0-9 _ -" })
          .check(z.regex(/^[A-Za-z0-9_-]{0,32}$/, { error: "up to 32 characters out of a-z A-Z 0-9 _ -" }))
          .register(fields, {
            description: 'What the names of its tools start with, as the model sees them; `""`: nothing.',
            defaultText: "the entry's name and `_`",
          }),
      ),
      allow: z.optional(patterns("The tools that the model may use.", "all")),
      deny: z.optional(patterns("Tools that it may not use, also of those allowed.", "none")),
      ask: z.optional(patterns("Tools whose every call somebody must approve.", "none")),
      questions: z.optional(
        choice(
          {
            description:
              "Who answers what the server asks in a call: `caller`, or nobody (`deny`). No answer approves anything.",
            default: "caller",
          },
          ["caller", "deny"],
        ),
      ),
      question_timeout: z.optional(
        duration(
          {
            description: "How long an answer is waited for; the time of the call stands still then.",
            default: formatDuration(questionTimeoutDefaultMs),
          },
          1000,
          24 * hourMs,
        ),
      ),
      timeout: z.optional(
        duration(
          { description: "Longest time for one call.", default: formatDuration(timeoutDefaultMs) },
          100,
          24 * hourMs,
        ),
      ),
      start_timeout: z.optional(
        duration(
          {
            description: "Longest time until the server has started, greeted and listed its tools.",
            default: formatDuration(startTimeoutDefaultMs),
          },
          100,
          hourMs,
        ),
      ),
      max_output: z.optional(
        size(
          {
            description: "How much of a result the model reads; more is cut, and said to be.",
            default: formatSize(maxOutputDefault),
          },
          256,
          1024 ** 2,
        ),
      ),
      traceparent: traceparent("calls bear `traceparent` and `tracestate` in their `_meta`"),
    },
    { error: "a map with type, command or url, and other keys of an MCP server" },
  ),
);

type McpKeys = z.infer<typeof mcpToolSchema>;

export function buildMcpTool(name: string, keys: McpKeys): McpToolConfig {
  return {
    type: "mcp",
    name,
    server: buildServer(keys),
    start: keys.start ?? "lazy",
    prefix: keys.prefix ?? `${name}_`,
    ...(keys.allow === undefined ? {} : { allow: keys.allow }),
    deny: keys.deny ?? [],
    ask: keys.ask ?? [],
    questions: keys.questions ?? "caller",
    questionTimeoutMs: keys.question_timeout ?? questionTimeoutDefaultMs,
    timeoutMs: keys.timeout ?? timeoutDefaultMs,
    startTimeoutMs: keys.start_timeout ?? startTimeoutDefaultMs,
    maxOutputBytes: keys.max_output ?? maxOutputDefault,
    ...carriedBy(keys),
  };
}

function buildServer(keys: McpKeys): McpServerConfig {
  const [program, ...args] = keys.command ?? [];
  if (program !== undefined)
    return {
      type: "stdio",
      command: [program, ...args],
      env: keys.env ?? {},
      ...(keys.cwd === undefined ? {} : { cwd: keys.cwd }),
    };
  return {
    type: "http",
    url: keys.url ?? "",
    headers: keys.headers ?? {},
    ...(keys.proxy === undefined ? {} : { proxy: keys.proxy }),
    ...(keys.ca_file === undefined ? {} : { caFile: keys.ca_file }),
  };
}

/** In the manifest's own words, secrets masked. */
export function mcpToolPlain(config: McpToolConfig): Record<string, unknown> {
  return {
    type: config.type,
    ...(config.server.type === "stdio" ? stdioPlain(config.server) : httpPlain(config.server)),
    start: config.start,
    prefix: config.prefix,
    allow: config.allow,
    deny: config.deny.length === 0 ? undefined : config.deny,
    ask: config.ask.length === 0 ? undefined : config.ask,
    questions: config.questions,
    question_timeout: formatDuration(config.questionTimeoutMs),
    timeout: formatDuration(config.timeoutMs),
    start_timeout: formatDuration(config.startTimeoutMs),
    max_output: formatSize(config.maxOutputBytes),
    traceparent: config.carriesTrace,
  };
}

function stdioPlain({ command, env, cwd }: McpStdioConfig): Record<string, unknown> {
  return { command, env: masked(env), cwd };
}

function httpPlain({ url: address, headers, proxy, caFile }: McpHttpConfig): Record<string, unknown> {
  return { url: address, headers: masked(headers), proxy: proxy?.toString(), ca_file: caFile };
}

function masked(secrets: McpStdioConfig["env"]): Record<string, string> | undefined {
  const entries = Object.entries(secrets).map(([name, value]) => [name, value.toString()] as const);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

const ofCommand = ["env", "cwd"];
const ofUrl = ["headers", "proxy", "ca_file"];

/** One server, and only the keys that its kind has a use for. */
export function checkMcpTool(tool: Raw, place: Path, scope: FileScope): void {
  if ("command" in tool && "url" in tool) {
    scope.keyProblem([...place, "url"], "Found url beside command, accepted one of them");
    return;
  }
  if (!("command" in tool) && !("url" in tool)) {
    scope.keyProblem(place, "Found neither command nor url, accepted one of them");
    return;
  }
  const [kind, useless] = "command" in tool ? ["command", ofUrl] : ["url", ofCommand];
  for (const key of useless) {
    if (key in tool) scope.keyProblem([...place, key], `Found ${key} with ${kind}, which has no use for it; remove it`);
  }
  checkProgram(tool, place, scope);
}

/** A relative path would mean something else for each way of starting. */
function checkProgram({ command }: Raw, place: Path, scope: FileScope): void {
  const program: unknown = Array.isArray(command) ? command[0] : undefined;
  if (typeof program !== "string" || !/[/\\]/.test(program) || /^(\/|[A-Za-z]:[\\/])/.test(program)) return;
  scope.problem(
    [...place, "command", 0],
    "Found a relative path, accepted the name of a program on PATH or an absolute path",
  );
}

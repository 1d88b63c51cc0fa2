// The keys of a tool of `type: shell`.

import * as z from "zod/mini";
import { fields } from "../fields.ts";
import { formatDuration, formatSize } from "../units.ts";
import type { ProgramConfig, ShellToolConfig } from "./config.ts";
import {
  allowUnauthenticated,
  carriedBy,
  environment,
  maxOutput,
  maxOutputDefault,
  timeout,
  timeoutDefaultMs,
  traceparent,
  workingFolder,
} from "./shared-keys.ts";
import { toolType } from "./tool-type.ts";
import { later } from "../later.ts";

const accepted = 'a list of commands, each a list of words such as [systemctl, status, "*"]';
const acceptedCommand = 'a command as a list of words, each word an item, such as [systemctl, status, "*"]';

function patterns(description: string) {
  const word = z.string({ error: "a word of a command, a text" });
  const pattern = z
    .array(word, { error: acceptedCommand })
    .check(z.minLength(1, { error: "a command of at least one word" }));
  return z.optional(
    z
      .array(pattern, { error: accepted })
      .check(z.maxLength(1000, { error: "a list of up to 1000 commands" }))
      .register(fields, { description, defaultText: "none" }),
  );
}

export const shellToolSchema = later(() =>
  z.strictObject(
    {
      type: toolType("shell", "Lets the model run programs, without a shell (docs/tools/shell.md). Privileged."),
      allow: patterns("Commands that run at once: `*` is one word, or any characters in a word, `**` the rest."),
      ask: patterns("Commands that run when somebody of `callers.approve` says yes."),
      deny: patterns("Commands that never run, whatever the other lists say."),
      ...programKeys(),
      allow_unauthenticated: allowUnauthenticated(),
    },
    { error: "a map with type, allow, ask, deny and other keys of a shell tool" },
  ),
);

/** How a program is run. */
export function programKeys() {
  return {
    cwd: workingFolder(),
    environment: environment(),
    timeout: timeout("When a program is ended, with all that it started."),
    max_output: maxOutput(),
    traceparent: traceparent("programs see the variables TRACEPARENT and TRACESTATE"),
  };
}

export function buildShellTool(name: string, keys: z.infer<typeof shellToolSchema>): ShellToolConfig {
  return {
    type: "shell",
    name,
    allow: keys.allow ?? [],
    ask: keys.ask ?? [],
    deny: keys.deny ?? [],
    ...buildProgram(keys),
  };
}

export function buildProgram(
  keys: Pick<z.infer<typeof shellToolSchema>, "cwd" | "environment" | "timeout" | "max_output" | "traceparent">,
): ProgramConfig {
  return {
    ...(keys.cwd === undefined ? {} : { cwd: keys.cwd }),
    environment: keys.environment ?? {},
    timeoutMs: keys.timeout ?? timeoutDefaultMs,
    maxOutputBytes: keys.max_output ?? maxOutputDefault,
    ...carriedBy(keys),
  };
}

/** In the manifest's own words. */
export function shellToolPlain(config: ShellToolConfig): Record<string, unknown> {
  const { type, allow, ask, deny } = config;
  const lists = Object.entries({ allow, ask, deny }).filter(([, list]) => list.length > 0);
  return { type, ...Object.fromEntries(lists), ...programPlain(config) };
}

export function programPlain(config: ProgramConfig): Record<string, unknown> {
  const { cwd, environment, timeoutMs, maxOutputBytes, carriesTrace } = config;
  const variables = Object.entries(environment).map(([key, value]) => [key, value.toString()] as const);
  return {
    cwd,
    environment: variables.length === 0 ? undefined : Object.fromEntries(variables),
    timeout: formatDuration(timeoutMs),
    max_output: formatSize(maxOutputBytes),
    traceparent: carriesTrace,
  };
}

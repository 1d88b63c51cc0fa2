// The keys of a tool of `type: command`: one program as a tool of its own, with arguments that the manifest describes.

import * as z from "zod/mini";
import { choice, fields, flag, text } from "../fields.ts";
import type { CommandToolConfig } from "./config.ts";
import { allowUnauthenticated } from "./shared-keys.ts";
import { buildProgram, programKeys, programPlain } from "./shell.ts";
import { toolType } from "./tool-type.ts";
import { later } from "../later.ts";

const accepted = 'a list of words such as [line-ctl, restart, "{{line}}"]';
const schemaAccepted = "a map that is a JSON Schema of type: object, with properties";

export const commandToolSchema = later(() =>
  z.strictObject(
    {
      type: toolType("command", "Makes a program a tool of its own, without code (docs/tools/command.md). Privileged."),
      description: text({ description: "What it does and when to use it: what the model reads.", need: "yes" }),
      command: z
        .array(z.string({ error: "a word of a command, a text" }), { error: accepted })
        .check(z.minLength(1, { error: accepted }))
        .register(fields, {
          description: "The program and its words; `{{name}}` in a word stands for that argument.",
          need: "yes",
        }),
      parameters: z.optional(
        z.record(z.string(), z.unknown(), { error: schemaAccepted }).register(fields, {
          description: "Its arguments: a JSON Schema of `type: object`.",
          defaultText: "none",
        }),
      ),
      stdin: z.optional(
        choice(
          {
            description: "What the program reads: `json`: its arguments as one JSON object; `none`: nothing.",
            default: "json",
          },
          ["json", "none"],
        ),
      ),
      ask: z.optional(
        flag({ description: "Whether somebody of `callers.approve` must say yes to each call.", default: false }),
      ),
      read_only: z.optional(
        flag({
          description: "Whether it changes nothing: such calls may run at the same time.",
          default: false,
        }),
      ),
      ...programKeys(),
      allow_unauthenticated: allowUnauthenticated(),
    },
    { error: "a map with type, description, command and other keys of a command tool" },
  ),
);

export function buildCommandTool(name: string, keys: z.infer<typeof commandToolSchema>): CommandToolConfig {
  return {
    type: "command",
    name,
    description: keys.description.trim(),
    command: keys.command,
    parameters: { properties: {}, additionalProperties: false, ...keys.parameters, type: "object" },
    stdin: keys.stdin ?? "json",
    ask: keys.ask ?? false,
    readOnly: keys.read_only ?? false,
    ...buildProgram(keys),
  };
}

/** In the manifest's own words. */
export function commandToolPlain(config: CommandToolConfig): Record<string, unknown> {
  const { type, description, command, parameters, stdin, ask, readOnly } = config;
  return { type, description, command, parameters, stdin, ask, read_only: readOnly, ...programPlain(config) };
}

// `muster schema`: the manifest's JSON Schema, which editors use to complete and to check.

import { manifestJsonSchema } from "../manifest/json-schema.ts";
import type { Command } from "./command.ts";
import { exitCode } from "./command-error.ts";

export const command: Command = {
  name: "schema",
  summary: "Print the manifest's JSON Schema, for editors",
  details: [
    'An editor with the YAML language server takes it from a first line such as "# yaml-language-server: $schema=./agents.schema.json".',
  ],
  args: [],
  options: { "drop-in": { description: "the schema of a file in agents.d" } },
  examples: [{ line: "muster schema > agents.schema.json", does: "for your editor" }],
  run: (invocation, terminal) => {
    const schema = manifestJsonSchema(invocation.flag("drop-in") ? "drop-in" : "main");
    terminal.out(`${JSON.stringify(schema, undefined, 2)}\n`);
    return Promise.resolve(exitCode.ok);
  },
};

// The keys of an agent's `tools`: by name, each with the form of its type.

import * as z from "zod/mini";
import { acceptedName, namePattern, part } from "../fields.ts";
import { later } from "../later.ts";
import { agentToolSchema } from "./agent.ts";
import { agentsToolSchema } from "./agents.ts";
import { askToolSchema } from "./ask.ts";
import { commandToolSchema } from "./command.ts";
import { filesToolSchema } from "./files.ts";
import { handoffToolSchema } from "./handoff.ts";
import { httpToolSchema } from "./http.ts";
import { publishToolSchema } from "./publish.ts";
import { requestToolSchema } from "./request.ts";
import { notesToolSchema } from "./notes.ts";
import { shellToolSchema } from "./shell.ts";
import { mcpToolSchema } from "./mcp.ts";
import { timeToolSchema } from "./time.ts";

/** By type, in the order of the reference page. */
export const toolSchemas = {
  agent: agentToolSchema,
  agents: agentsToolSchema,
  ask: askToolSchema,
  command: commandToolSchema,
  files: filesToolSchema,
  handoff: handoffToolSchema,
  http: httpToolSchema,
  publish: publishToolSchema,
  request: requestToolSchema,
  notes: notesToolSchema,
  shell: shellToolSchema,
  mcp: mcpToolSchema,
  time: timeToolSchema,
};

const choices = `one of ${Object.keys(toolSchemas).join(", ")}`;
const accepted = `a map with type, ${choices}, and the keys of that type`;

const toolSchema = later(() =>
  z.discriminatedUnion(
    "type",
    [
      agentToolSchema,
      agentsToolSchema,
      askToolSchema,
      commandToolSchema,
      filesToolSchema,
      handoffToolSchema,
      mcpToolSchema,
      httpToolSchema,
      notesToolSchema,
      publishToolSchema,
      requestToolSchema,
      shellToolSchema,
      timeToolSchema,
    ],
    { error: ({ input }) => (isMap(input) ? choices : accepted) },
  ),
);

function isMap(input: unknown): boolean {
  return typeof input === "object" && input !== null && !Array.isArray(input);
}

export const toolsSchema = part(
  {
    description: "What the model may use, by name (docs/tools.md).",
    defaultText: "none",
  },
  () => {
    const toolName = z.string().check(z.regex(namePattern, { error: acceptedName }));
    return z.record(toolName, toolSchema, { error: "a map of tools by name, such as { clock: { type: time } }" });
  },
);

export type ToolKeys = z.infer<typeof toolSchema>;

// What a server says that its tools are → those that its agent's model may use, under names and with schemas that can be trusted.

import * as z from "zod/mini";
import type { McpToolConfig } from "../../manifest/tools/config.ts";
import { neutraliseLine } from "../../telemetry/neutralise.ts";
import type { ToolSpec } from "../contract.ts";
import { isMeant } from "../name-pattern.ts";
import { parametersOf, SchemaProblem, shortText } from "./parameters-of.ts";
import { SessionError } from "./session-error.ts";

/** No model handles more, and their schemas would fill its context. */
const maxTools = 128;
const maxSpecBytes = 256 * 1024;
const maxDescriptionChars = 2_000;
const maxNameChars = 64;
const maxServerNameChars = 128;

export interface ListedTool extends ToolSpec {
  /** As the server has it. */
  readonly serverName: string;
  readonly isReadOnly: boolean;
  readonly needsApproval: boolean;
}

/** A tool that is listed and cannot be used, and why. */
export interface LeftOutTool {
  readonly name: string;
  readonly reason: string;
}

export interface ListedTools {
  readonly tools: readonly ListedTool[];
  readonly leftOut: readonly LeftOutTool[];
  /** Names of `allow` that the server does not have. */
  readonly missing: readonly string[];
}

const rawTool = z.looseObject({
  name: z.string(),
  description: z.optional(z.string()),
  inputSchema: z.unknown(),
  annotations: z.optional(z.looseObject({ readOnlyHint: z.optional(z.boolean()) })),
  execution: z.optional(z.looseObject({ taskSupport: z.optional(z.string()) })),
});

type RawTool = z.infer<typeof rawTool>;

/** @throws {SessionError} `failed` when there are too many of them */
export function readTools(listed: readonly unknown[], config: McpToolConfig): ListedTools {
  const wanted = listed.filter((tool) => isWanted(nameOf(tool), config));
  if (wanted.length > maxTools)
    throw new SessionError(
      "failed",
      `It offers ${wanted.length} tools, more than the ${maxTools} that a model can be given: name those that it needs in allow`,
    );
  const tools = new Map<string, ListedTool>();
  const leftOut: LeftOutTool[] = [];
  for (const one of wanted) {
    const read = readTool(one, config);
    if ("reason" in read) leftOut.push(read);
    else if (tools.has(read.name))
      leftOut.push({ name: read.serverName, reason: `another tool is "${read.name}", too` });
    else tools.set(read.name, read);
  }
  checkSize([...tools.values()]);
  return { tools: [...tools.values()], leftOut, missing: missingOf(listed, config) };
}

function isWanted(name: string, { allow, deny }: McpToolConfig): boolean {
  return (allow === undefined || isMeant(name, allow)) && !isMeant(name, deny);
}

function nameOf(tool: unknown): string {
  const read = z.safeParse(z.looseObject({ name: z.string() }), tool);
  return read.success ? read.data.name : "";
}

function readTool(value: unknown, config: McpToolConfig): ListedTool | LeftOutTool {
  const shownName = shownToolName(nameOf(value));
  const read = z.safeParse(rawTool, value);
  if (!read.success) return { name: shownName, reason: "it is not of the form that the protocol has" };
  const name = `${config.prefix}${read.data.name.replace(/[./]/g, "_")}`;
  if (!/^[A-Za-z0-9_-]+$/.test(name) || read.data.name === "")
    return { name: shownName, reason: "its name holds other characters than A-Z a-z 0-9 _ - . /" };
  if (name.length > maxNameChars)
    return { name: shownName, reason: `"${name.slice(0, 100)}" is longer than ${maxNameChars} characters` };
  if (read.data.execution?.taskSupport === "required")
    return { name: shownName, reason: "it is for calls as tasks only, which are not supported" };
  return withParameters(read.data, name, config);
}

function withParameters(raw: RawTool, name: string, config: McpToolConfig): ListedTool | LeftOutTool {
  try {
    return {
      name,
      serverName: raw.name,
      description: shortText(raw.description ?? "", maxDescriptionChars) || `Tool "${raw.name}" of ${config.name}`,
      parameters: parametersOf(raw.inputSchema),
      isReadOnly: raw.annotations?.readOnlyHint === true,
      needsApproval: isMeant(raw.name, config.ask),
    };
  } catch (error) {
    if (!(error instanceof SchemaProblem)) throw error;
    return { name: raw.name, reason: `its inputSchema ${error.message}` };
  }
}

function checkSize(tools: readonly ListedTool[]): void {
  const bytes = tools.reduce(
    (sum, { description, parameters }) =>
      sum + Buffer.byteLength(description) + Buffer.byteLength(JSON.stringify(parameters)),
    0,
  );
  if (bytes > maxSpecBytes)
    throw new SessionError(
      "failed",
      `Its tools' descriptions and schemas have ${bytes} bytes, accepted are ${maxSpecBytes}: name the tools that are needed in allow`,
    );
}

function missingOf(listed: readonly unknown[], { allow = [] }: McpToolConfig): readonly string[] {
  const names = new Set(listed.map(nameOf));
  return allow.filter((pattern) => !pattern.includes("*") && !names.has(pattern));
}

function shownToolName(name: string): string {
  return neutraliseLine(name.slice(0, maxServerNameChars));
}

// Rules between the keys of `tools`, and between them and the rest of the manifest.

import type { FileScope } from "../file-scope.ts";
import { asRaw, type Raw } from "../parsed-file.ts";
import type { Path } from "../yaml-tree.ts";
import type { Surroundings } from "../surroundings.ts";
import { checkCommandTool } from "./check-command.ts";
import { checkHttpTool } from "./check-http-tool.ts";
import { checkShellTool } from "./check-shell.ts";
import { agentToolNames } from "./other-agents-config.ts";
import { checkTarget } from "./check-target.ts";
import { checkFilesTool } from "./files.ts";
import { checkSubjectTool } from "./subjects.ts";
import { checkMcpTool } from "./mcp.ts";

/** More than these make prompts that small models get lost in, and fill their contexts. */
const manyTools = 32;

/** Model tools that an entry makes of its own name. */
const partsOf: Readonly<Record<string, readonly string[]>> = {
  files: ["read", "list", "search", "write", "edit"],
  notes: ["get", "list", "set", "delete"],
};

/** The longest name that a model's API takes. */
const maxNameChars = 64;

/** Where an entry stands, and on what machine. */
interface Place {
  readonly scope: FileScope;
  /** Absolute path of the manifest's file. */
  readonly file: string;
  readonly surroundings: Surroundings;
}

/** `agent`: its keys as they are written; `path`: where it stands. */
export function checkTools(agent: Raw, path: Path, place: Place): void {
  const { scope } = place;
  const tools = asRaw(agent["tools"]);
  const count = Object.keys(tools).length;
  if (count > manyTools)
    scope.warning([...path, "tools"], `Found ${count} tools, more than the ${manyTools} that models handle well`);
  checkNames(tools, [...path, "tools"], scope);
  checkAgentsEntries(tools, [...path, "tools"], scope);
  for (const [name, value] of Object.entries(tools)) checkEntry(asRaw(value), [...path, "tools", name], place);
}

function checkEntry(tool: Raw, path: Path, { scope, file, surroundings }: Place): void {
  if (tool["type"] === "command") checkCommandTool(tool, path, scope, surroundings);
  if (tool["type"] === "files") checkFilesTool(tool, path, scope, file);
  if (tool["type"] === "http") checkHttpTool(tool, path, scope);
  if (tool["type"] === "shell") checkShellTool(tool, path, scope, surroundings);
  if (tool["type"] === "publish" || tool["type"] === "request") checkSubjectTool(tool, path, scope);
  if (tool["type"] === "agent") checkTarget(tool, "address", path, scope);
  if (tool["type"] === "handoff") checkTarget(tool, "to", path, scope);
  if (tool["type"] === "mcp") checkMcpTool(tool, path, scope);
}

/** Their tools have names of their own: a second entry would hide behind the first, and no other entry may have such a name. */
function checkAgentsEntries(tools: Raw, path: Path, scope: FileScope): void {
  const [first, second] = Object.keys(tools).filter((name) => asRaw(tools[name])["type"] === "agents");
  if (first === undefined) return;
  if (second !== undefined)
    scope.keyProblem([...path, second], `Found a second entry of type agents beside "${first}", accepted one`);
  const taken = agentToolNames.find((name) => name in tools);
  if (taken !== undefined)
    scope.keyProblem(
      [...path, taken],
      `Found "${taken}", which is a tool of the entry "${first}"; accepted another name`,
    );
}

/** Names that entries make of theirs, such as `docs_read`, are short enough, and nobody else's. */
function checkNames(tools: Raw, path: Path, scope: FileScope): void {
  for (const [name, value] of Object.entries(tools)) {
    const made = (partsOf[String(asRaw(value)["type"])] ?? []).map((part) => `${name}_${part}`);
    const long = made.find((tool) => tool.length > maxNameChars);
    if (long !== undefined)
      scope.keyProblem(
        [...path, name],
        `Found a name that makes the tool "${long}" longer than ${maxNameChars} characters, accepted a shorter one`,
      );
    const taken = made.find((tool) => tool in tools);
    if (taken !== undefined)
      scope.keyProblem(
        [...path, taken],
        `Found "${taken}", which is a tool of the entry "${name}"; accepted another name`,
      );
  }
}

// One tool of an MCP server, as its agent's model calls it.

import type { McpToolConfig } from "../../manifest/tools/config.ts";
import { carriedTrace } from "../carried-trace.ts";
import type { Tool, ToolContext, ToolInput, ToolOutput } from "../contract.ts";
import { ToolError, type ToolErrorKind } from "../contract.ts";
import type { ListedTool } from "./listed-tools.ts";
import type { CallProgress, RawResult, Session } from "./session.ts";
import { SessionError, type SessionErrorKind } from "./session-error.ts";
import { toolOutput } from "./tool-output.ts";

/** A server may report progress as often as it likes; the caller hears of it now and then. */
const statusEveryMs = 500;

/** The server's session, started when there is none. Rejects with a `ToolError`, or the signal's reason. */
export type FindSession = (signal: AbortSignal) => Promise<Session>;

export function serverTool(listed: ListedTool, config: McpToolConfig, find: FindSession): Tool {
  const { name, description, parameters, isReadOnly } = listed;
  return {
    name,
    description,
    parameters,
    isReadOnly,
    run: (input, context) => run({ listed, config, find }, input, context),
  };
}

interface Call {
  readonly listed: ListedTool;
  readonly config: McpToolConfig;
  readonly find: FindSession;
}

async function run(call: Call, input: ToolInput, context: ToolContext): Promise<ToolOutput> {
  if (call.listed.needsApproval) await mustBeApproved(call, input, context);
  const result = await resultOf(call, input, context);
  return toolOutput(result, context, call.config.maxOutputBytes);
}

async function mustBeApproved({ listed, config }: Call, input: ToolInput, context: ToolContext): Promise<void> {
  const given = JSON.stringify(input);
  const approval = await context.approve({
    tool: listed.name,
    action: `call ${listed.serverName} of the MCP server "${config.name}" with ${given}`,
    key: `mcp ${config.name} ${listed.serverName} ${given}`,
  });
  if (!approval.isGranted) throw new ToolError("denied", `The call was not approved: ${approval.reason}`);
}

/** A server that forgot the session did nothing: it is asked once more in a new one. */
async function resultOf(call: Call, input: ToolInput, context: ToolContext): Promise<RawResult> {
  try {
    return await ask(call, input, context);
  } catch (error) {
    if (!(error instanceof SessionError && error.kind === "forgotten")) throw asToolError(error, call);
  }
  try {
    return await ask(call, input, context);
  } catch (error) {
    throw asToolError(error, call);
  }
}

async function ask({ listed, config, find }: Call, input: ToolInput, context: ToolContext): Promise<RawResult> {
  const session = await find(context.signal);
  return session.call(listed.serverName, input, {
    signal: context.signal,
    timeoutMs: config.timeoutMs,
    turn: context.turn,
    ask: (prompt) => answerOf(prompt, config.questionTimeoutMs, context),
    onProgress: progressTeller(listed.name, context),
    meta: carriedTrace(config, context),
  });
}

/** Undefined: there is nobody to ask, or no answer came in time. */
async function answerOf(prompt: string, timeoutMs: number, context: ToolContext): Promise<string | undefined> {
  try {
    return (await context.ask({ prompt, timeoutMs })).text;
  } catch (error) {
    if (error instanceof ToolError) return undefined;
    throw error;
  }
}

const kinds: Readonly<Record<SessionErrorKind, ToolErrorKind>> = {
  lost: "unavailable",
  forgotten: "unavailable",
  timeout: "timeout",
  failed: "failed",
};

/** The signal's reason, and what is a bug of ours, go on as they are. */
function asToolError(error: unknown, { config }: Call): unknown {
  if (!(error instanceof SessionError)) return error;
  const text =
    error.kind === "timeout"
      ? `it did not answer within ${config.timeoutMs / 1_000} s`
      : error.message.replace(/^./, (first) => first.toLowerCase());
  return new ToolError(kinds[error.kind], `The MCP server "${config.name}" failed the call: ${text}`, { cause: error });
}

function progressTeller(name: string, context: ToolContext): (progress: CallProgress) => void {
  let toldAt = -Infinity;
  return ({ progress, total }) => {
    const now = performance.now();
    if (now - toldAt < statusEveryMs) return;
    toldAt = now;
    context.status(total === undefined ? `${name} ${progress}` : `${name} ${progress}/${total}`);
  };
}

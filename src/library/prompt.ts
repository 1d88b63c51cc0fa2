// One prompt and its answer, as events or as text.

import { parseAddress, resolveAddress } from "../bus/calling/address.ts";
import { callAgent } from "../bus/calling/call.ts";
import { CallError } from "../bus/calling/call-error.ts";
import type { CallEvent, CallOptions } from "../bus/calling/call-event.ts";
import type { CallRequest, CallTarget } from "../bus/calling/call-request.ts";
import { lookFor } from "../bus/calling/look-for.ts";
import { type Connection, senderOf } from "./connect.ts";
import type { Agent } from "./discover.ts";

/** The prompt's text, or with files, a conversation to continue and further fields of the envelope. */
export type PromptInput = string | CallRequest;

export type PromptOptions = CallOptions;

/** An answer under way. Iterate it, or await its text: once, one or the other. */
export interface Answer extends AsyncIterable<CallEvent> {
  /** All text, when the answer is whole. Rejects with a `CallError` when it failed; what came before is then lost. */
  text(): Promise<string>;
}

/**
 * Prompts an agent, given by what `discover` found or by its address: `NAME`, `OWNER/NAME` or `AGENT/OWNER/NAME`. Nothing is sent before the
 * answer is read. Reading throws a `CallError` with a stable `code`: for what the agent would refuse before anything is sent, the agent's own error
 * (`agent_error`, with its words in `received`), silence, or a lost bus. Leaving the iteration, or `signal`, ends the call, and the agent stops.
 */
export function prompt(
  connection: Connection,
  agent: Agent | string,
  input: PromptInput,
  options: PromptOptions = {},
): Answer {
  const events = answerOf(connection, agent, typeof input === "string" ? { prompt: input } : input, options);
  return {
    [Symbol.asyncIterator]: () => events,
    text: async () => {
      let text = "";
      for await (const event of events) if (event.type === "text") text += event.text;
      return text;
    },
  };
}

async function* answerOf(
  connection: Connection,
  agent: Agent | string,
  request: CallRequest,
  options: PromptOptions,
): AsyncGenerator<CallEvent, void, undefined> {
  const target = typeof agent === "string" ? await findTarget(connection, agent, options.signal) : agent.target;
  const sender = senderOf(connection);
  yield* callAgent(
    connection,
    target,
    request,
    sender === undefined ? options : { sender, approver: sender, ...options },
  );
}

async function findTarget(connection: Connection, address: string, signal?: AbortSignal): Promise<CallTarget> {
  const pattern = parseAddress(address);
  if (pattern === undefined) {
    throw new CallError("no_such_agent", `"${address}" is no address; write NAME, OWNER/NAME or AGENT/OWNER/NAME`);
  }
  const { agents } = await lookFor(connection, pattern, signal === undefined ? {} : { signal });
  if (signal?.aborted === true) throw new CallError("cancelled", "The call was cancelled");
  const resolution = resolveAddress(pattern, agents);
  if (resolution.type === "found") return resolution.agent.target;
  if (resolution.type === "none") throw new CallError("no_such_agent", `No agent "${address}" answered`);
  const list = resolution.agents.map((agent) => agent.address).join(", ");
  throw new CallError("ambiguous_address", `"${address}" names several agents; write one of them in full: ${list}`);
}

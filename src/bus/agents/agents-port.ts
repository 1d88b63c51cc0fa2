// The bus behind the tools that call other agents: finds them, prompts them and reads their answers.

import { hopsField } from "../../protocol/hops.ts";
import { viaField } from "../../protocol/via.ts";
import { tracedOptions } from "../../protocol/trace-context.ts";
import type { Logger } from "../../telemetry/log.ts";
import type { AgentsPort, RemoteCall, RemotePrompt } from "../../tool/agents/port.ts";
import { questionRefusal } from "../../tool/agents/port.ts";
import { ToolError } from "../../tool/contract.ts";
import { callAgent } from "../calling/call.ts";
import { CallError } from "../calling/call-error.ts";
import type { CallEvent, CallOptions } from "../calling/call-event.ts";
import type { BusConnection } from "../connection/connection.ts";
import { deferred } from "../deferred.ts";
import { requestSender, type RequestSender } from "../identity/request-sender.ts";
import { AgentDirectory, type DirectoryAgent } from "./agent-directory.ts";
import { toolErrorOf } from "./call-failure.ts";
import { RemoteQuestions } from "./remote-questions.ts";
import { remoteEvents } from "./remote-events.ts";

/** Of one call that may wait to be read: what is read is bounded by the tools. */
const maxBufferedBytes = 16 * 1024 * 1024;

export interface BusAgents extends AgentsPort {
  /** Listens for nobody any more. Calls that are open are ended by their tools. */
  close(): void;
}

/** Opens nothing before it is used. */
export function busAgents(bus: BusConnection, log: Logger): BusAgents {
  const sender = requestSender(bus, () => bus.credentials());
  const directory = new AgentDirectory(bus, sender, (error) =>
    log.warn("Cannot look which agents are there", { error }),
  );
  return {
    follow: () => directory.follow(),
    known: () => directory.agents(),
    discover: async (signal) => {
      try {
        return await directory.discover(signal);
      } catch (error) {
        throw toolErrorOf(error, "the agents on the bus");
      }
    },
    call: async (address, prompt, signal) => {
      const agent = directory.find(address);
      if (agent === undefined) throw new ToolError("unavailable", `No agent answers at "${address}"`);
      return sendPrompt({ bus, sender, directory }, agent, prompt, signal);
    },
    close: () => directory.close(),
  };
}

interface Way {
  readonly bus: BusConnection;
  readonly sender: RequestSender;
  readonly directory: AgentDirectory;
}

/** Resolves when the prompt was sent. Rejects with a `ToolError` when it was not. */
async function sendPrompt(
  way: Way,
  agent: DirectoryAgent,
  prompt: RemotePrompt,
  signal: AbortSignal,
): Promise<RemoteCall> {
  const unfollow = way.directory.follow();
  const leaving = new AbortController();
  const sent = deferred<undefined>();
  const questions = new RemoteQuestions();
  const options: CallOptions = {
    signal: leaving.signal,
    sender: way.sender,
    ...tracedOptions(prompt.trace),
    maxBufferedBytes,
    refusal: questionRefusal,
    answer: (question, over) => questions.open(question, over),
    presence: presenceOf(way.directory, agent),
    onSent: () => sent.resolve(undefined),
  };
  const calling = callAgent(way.bus, agent.found.target, requestOf(prompt), options);
  const drop = (): void => {
    signal.removeEventListener("abort", drop);
    leaving.abort();
    unfollow();
    // Where nobody reads on, the signal is not seen.
    void calling.return();
  };
  signal.addEventListener("abort", drop, { once: true });
  const first = calling.next();
  try {
    signal.throwIfAborted();
    await Promise.race([sent.promise, first]);
  } catch (error) {
    drop();
    throw error instanceof CallError ? toolErrorOf(error, `the agent at "${agent.address}"`) : error;
  }
  return { events: named(agent.address, remoteEvents(events(first, calling), questions), drop), drop };
}

function requestOf({ text, files, hops, via, session }: RemotePrompt) {
  return {
    prompt: text,
    attachments: files,
    ...(session === undefined ? {} : { session }),
    extra: { [hopsField]: hops, [viaField]: via },
  };
}

function presenceOf(directory: AgentDirectory, { address, found }: DirectoryAgent) {
  const status = found.instances.find(({ statusSubject }) => statusSubject !== undefined)?.statusSubject;
  return {
    ...(status === undefined ? {} : { statusSubject: status }),
    isOffline: () => directory.find(address)?.fitness === "gone",
  };
}

async function* events(
  first: Promise<IteratorResult<CallEvent, void>>,
  rest: AsyncGenerator<CallEvent, void>,
): AsyncGenerator<CallEvent, void> {
  const { done, value } = await first;
  if (done === true) return;
  yield value;
  yield* rest;
}

/** What fails gets the agent's name; whatever happens, the call is left at the end. */
async function* named<Event>(
  address: string,
  calling: AsyncIterable<Event>,
  end: () => void,
): AsyncGenerator<Event, void> {
  try {
    yield* calling;
  } catch (error) {
    throw error instanceof CallError ? toolErrorOf(error, `the agent at "${address}"`) : error;
  } finally {
    end();
  }
}

// `muster ask`: one prompt, its answer streamed to standard output as it comes.

import type { FoundAgent } from "../bus/calling/address.ts";
import { callAgent } from "../bus/calling/call.ts";
import { CallError } from "../bus/calling/call-error.ts";
import type { AnswerQuestion, CallOptions } from "../bus/calling/call-event.ts";
import type { CallRequest } from "../bus/calling/call-request.ts";
import { tracedOptions } from "../protocol/trace-context.ts";
import { AnswerWriter } from "./answer-writer.ts";
import { askOnTerminal } from "./ask-on-terminal.ts";
import { askMany, parallelOption } from "./ask-many.ts";
import { callFailure, lostCallFailure } from "./call-failure.ts";
import type { Command, Invocation } from "./command.ts";
import { exitCode, usageError } from "./command-error.ts";
import { jsonOption, serverDetails, serverOptions } from "./common-options.ts";
import type { CommandBus } from "./connect-bus.ts";
import { connectBus } from "./connect-bus.ts";
import { durationOption } from "./duration-option.ts";
import { eventToJson, failureToJson } from "./event-json.ts";
import { findAgent } from "./find-agent.ts";
import { findAgents, manySelection } from "./find-agents.ts";
import { onInterrupt } from "./interrupt.ts";
import { readAttachments } from "./read-attachments.ts";
import { readPrompt } from "./read-prompt.ts";
import { AnswerStats } from "./answer-stats.ts";
import type { Terminal } from "./terminal.ts";
import { givenTrace, traceOption } from "./trace-option.ts";

export const command: Command = {
  name: "ask",
  summary: "Ask an agent and stream its answer",
  details: [
    'ADDRESS is NAME, OWNER/NAME or AGENT/OWNER/NAME, as "muster ps" shows them. The prompt is all that follows; without one, or where ' +
      'it says "-", standard input is read. The answer goes to standard output, everything else to standard error. Ctrl-C leaves, and the agent stops.',
    "Exit codes: 0 answered, 1 error, 2 usage, 3 no such agent, 4 timed out, 130 interrupted.",
    "With --all, --owner or --match there is no ADDRESS, all words are the prompt, and each agent that fits is asked. Each answer is printed " +
      "once it is whole, under its agent's address; with --race the first whole one alone, and the others are left, so that their models " +
      'stop. One answer may have 8 MiB; with --json it may have any size: each event is printed as it comes, with the address as "agent" ' +
      "(in a race the winner's, when it has won). --timeout and --inactivity count for each agent. Exit codes then: 0 all answered (in a " +
      "race: one did), 1 some failed, as standard error says, 3 nobody fits.",
    serverDetails,
  ],
  args: [
    { name: "ADDRESS", description: "which agent", isOptional: true, complete: "agents" },
    {
      name: "PROMPT",
      description: "what to ask; joined by spaces",
      isOptional: true,
      isRepeatable: true,
      complete: "none",
    },
  ],
  options: {
    all: { description: "ask every agent on the bus" },
    owner: { value: "OWNER", description: "ask every agent of this owner", complete: "none" },
    match: {
      value: "PATTERN",
      description: 'ask every agent whose address fits: NAME, OWNER/NAME or AGENT/OWNER/NAME with "*"',
      complete: "none",
    },
    race: { description: "of many, print the first whole answer and leave the others" },
    parallel: { value: "N", description: "how many of them are asked at once; default 16", complete: "none" },
    attach: { short: "a", value: "FILE", isRepeatable: true, description: "send a file along", complete: "file" },
    session: { value: "ID", description: "the conversation to continue, 1 to 128 characters", complete: "none" },
    save: { value: "DIR", description: "save files that the agent sends; nothing is overwritten", complete: "folder" },
    timeout: {
      value: "DURATION",
      description: "longest whole answer, such as 90s or 5m; default none",
      complete: "none",
    },
    ...traceOption,
    inactivity: { value: "DURATION", description: "longest silence of the agent; default 60s", complete: "none" },
    ...jsonOption,
    quiet: { short: "q", description: "no status lines" },
    stats: { description: "print times and rate after the answer" },
    ...serverOptions,
  },
  examples: [
    { line: 'muster ask assistant "Why is the sky blue?"', does: "one question" },
    {
      line: 'journalctl -n 200 | muster ask ops/explainer "What went wrong?" -',
      does: "with standard input in the prompt",
    },
    { line: "muster ask inspector --attach alarm.png What is this?", does: "with a file" },
    { line: 'muster ask --owner ops "Anything unusual?"', does: "everybody of one owner" },
    { line: 'muster ask --match "press/line-*" --race "Which line stands still?"', does: "whoever answers first" },
    { line: "muster ask assistant --json hello | jq -r .text", does: "events as JSON lines" },
  ],
  run: ask,
};

async function ask(invocation: Invocation, terminal: Terminal): Promise<number> {
  const selection = manySelection(invocation);
  const [address = "", ...words] = selection === undefined ? invocation.args : ["", ...invocation.args];
  checkOptions(invocation, { isMany: selection !== undefined, address });
  const parallel = parallelOption(invocation);
  const limits = callLimits(invocation);
  const trace = givenTrace(invocation);
  const { prompt, hasReadInput } = await readPrompt(words, terminal);
  const session = invocation.text("session");
  const request: CallRequest = {
    prompt,
    attachments: await readAttachments(invocation.texts("attach"), terminal.folder),
    ...(session === undefined ? {} : { session }),
  };
  const bus = await connectBus(invocation, terminal);
  const interrupt = onInterrupt();
  try {
    const options: CallOptions = {
      signal: interrupt.signal,
      sender: bus.sender,
      approver: bus.sender,
      ...tracedOptions(trace),
      ...limits,
    };
    if (selection !== undefined) {
      const agents = await findAgents(bus, selection, interrupt.signal);
      const many = { ...options, ...(parallel === undefined ? {} : { parallel }) };
      return await askMany({ bus, agents, request, options: many, invocation, terminal });
    }
    const agent = await findAgent(bus, address, interrupt.signal);
    const canAnswer = terminal.isInTerminal && !hasReadInput && !invocation.flag("json");
    const answer: AnswerQuestion | undefined = canAnswer
      ? (question, signal) => askOnTerminal(question, { terminal, sender: bus.sender }, signal)
      : undefined;
    const one = { ...options, ...(answer === undefined ? {} : { answer }) };
    const show = invocation.flag("json") ? showJson : showText;
    return await show({ bus, agent, address, request, options: one, invocation, terminal });
  } finally {
    interrupt.stop();
    await bus.connection.close();
  }
}

/** Throws a `CommandError` for options that say nothing about what is asked. */
function checkOptions(invocation: Invocation, { isMany, address }: { isMany: boolean; address: string }): void {
  if (isMany && invocation.flag("stats")) throw usageError("--stats is for one agent; leave it out to ask many");
  if (isMany) return;
  const stray = invocation.flag("race") ? "race" : invocation.text("parallel") === undefined ? undefined : "parallel";
  if (stray !== undefined) throw usageError(`--${stray} is for many agents; say which by --all, --owner or --match`);
  if (address === "") {
    throw usageError(
      '"muster ask" needs ADDRESS, or one of --all, --owner and --match: muster ask [OPTIONS] [ADDRESS] [PROMPT...]',
    );
  }
}

function callLimits(invocation: Invocation): CallOptions {
  const timeoutMs = durationOption(invocation, "timeout");
  const inactivityMs = durationOption(invocation, "inactivity");
  return { ...(timeoutMs === undefined ? {} : { timeoutMs }), ...(inactivityMs === undefined ? {} : { inactivityMs }) };
}

interface Asking {
  readonly bus: CommandBus;
  readonly agent: FoundAgent;
  readonly address: string;
  readonly request: CallRequest;
  readonly options: CallOptions;
  readonly invocation: Invocation;
  readonly terminal: Terminal;
}

async function showText(asking: Asking): Promise<number> {
  const { bus, agent, address, request, options, invocation, terminal } = asking;
  const stats = new AnswerStats(performance.now());
  const writer = new AnswerWriter(terminal, {
    isQuiet: invocation.flag("quiet"),
    canAnswer: options.answer !== undefined,
    saveFolder: invocation.text("save"),
  });
  try {
    for await (const event of callAgent(bus.connection, agent.target, request, options)) {
      stats.saw(event, performance.now());
      await writer.write(event);
    }
  } catch (error) {
    writer.finish();
    throw error instanceof CallError ? await lostCallFailure(error, address, bus.whenLost) : error;
  }
  if (invocation.flag("stats")) terminal.err(`${stats.text(performance.now())}\n`);
  return exitCode.ok;
}

async function showJson(asking: Asking): Promise<number> {
  const { bus, agent, request, options, invocation, terminal } = asking;
  const stats = new AnswerStats(performance.now());
  const print = (value: unknown): void => terminal.out(`${JSON.stringify(value)}\n`);
  try {
    for await (const event of callAgent(bus.connection, agent.target, request, options)) {
      stats.saw(event, performance.now());
      if (event.type === "end" && invocation.flag("stats"))
        print({ type: "stats", ...stats.fields(performance.now()) });
      print(eventToJson(event));
    }
    return exitCode.ok;
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    print(failureToJson(error));
    return callFailure(error, asking.address).exitCode;
  }
}

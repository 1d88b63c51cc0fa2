// The turn loop: what a step with a tool costs beside the model and the tool, and how many recorded outputs work that no API took for calls.

import { createAgent } from "../../../src/agent/create-agent.ts";
import { inMemoryConversations } from "../../../src/memory/in-memory-conversations.ts";
import { PrintedCallFilter } from "../../../src/model/printed-calls/printed-call-filter.ts";
import { silentLog } from "../../../src/telemetry/silent-log.ts";
import { fixedSource } from "../../../src/tool/fixed-source.ts";
import { toolSet } from "../../../src/tool/tool-set.ts";
import { answering, calling, scriptedChatModel } from "../../support/scripted-chat-model.ts";
import { fixtureTools, printedCalls, type PrintedOutput } from "../../support/tool-call-fixtures.ts";
import { alone, type Row } from "../support/row.ts";
import { median } from "../support/statistics.ts";

const stepsOfTurn = 11;
const turns = 200;

export async function toolRows(): Promise<readonly Row[]> {
  return [await stepRow(), recognitionRow()];
}

async function stepRow(): Promise<Row> {
  const turn = turnOfSteps();
  const perStep: number[] = [];
  for (let at = 0; at < turns; at++) {
    const startedAt = performance.now();
    await turn();
    perStep.push((performance.now() - startedAt) / stepsOfTurn);
  }
  const reference = { what: "model and tool that take no time", value: 0 };
  return alone({ what: "turn loop, one step with a tool", unit: "ms", value: median(perStep.slice(20)), reference }, 2);
}

/** A turn whose model and tool answer at once. */
function turnOfSteps(): () => Promise<void> {
  const tool = fixtureTools.find(({ name }) => name === "read_file");
  if (tool === undefined) throw new Error("The fixtures have no tool of that name");
  const model = scriptedChatModel((request, signal) => {
    const path = `notes-${request.messages.length}.txt`;
    const isDone = request.messages.length > 2 * stepsOfTurn;
    const call = { id: path, name: tool.name, input: { path } };
    return (isDone ? answering("Done.") : calling(call))(request, signal);
  });
  const run = () => Promise.resolve({ text: "What it says. ".repeat(20) });
  const tools = toolSet([fixedSource("files", [{ ...tool, isReadOnly: true, run }])]);
  const conversations = inMemoryConversations({ log: silentLog });
  const ports = { model, tools, conversations, log: silentLog, onTrace: () => undefined, tracesText: () => false };
  const turn = { steps: stepsOfTurn + 1, toolCalls: 100, timeMs: 60_000 };
  const agent = createAgent({ name: "bench", instructions: "", turn }, ports);
  return async () => {
    const events = agent.answer({ id: "t", text: "Read.", files: [] }, new AbortController().signal);
    for await (const event of events) if (event.type === "end" && !event.outcome.ok) throw new Error("The turn failed");
  };
}

function recognitionRow(): Row {
  const recorded = printedCalls.filter(({ isRecorded }) => isRecorded);
  const works = recorded.filter(isRecognised).length;
  return {
    what: "recorded calls that work",
    unit: `of ${recorded.length}`,
    value: works,
    reference: { what: "without recognition", value: 0 },
    compared: { how: "alone", value: works },
    goal: { atLeast: recorded.length },
    note: `${printedCalls.filter(isRecognised).length} of ${printedCalls.length} with those constructed`,
  };
}

function isRecognised({ text, calls }: PrintedOutput): boolean {
  const filter = new PrintedCallFilter(fixtureTools);
  filter.push(text);
  return filter.end().calls.length === calls.length;
}

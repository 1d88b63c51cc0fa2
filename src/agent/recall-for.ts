// Has the agent's documents searched for a prompt, before the model is asked; the trace tells of it as of a tool.

import { ToolError } from "../tool/contract.ts";
import { passageText } from "../tool/recall/passage-text.ts";
import type { Recall, Recalled } from "../tool/recall/recall.ts";
import type { AgentEvent, AgentPrompt } from "./contract.ts";
import { ToolsUnavailable } from "./prepared-tools.ts";
import { RecalledContext } from "./recalled-context.ts";
import type { TurnPorts } from "./turn-ports.ts";
import type { TurnRecord } from "./turn-record.ts";

const none: Recalled = { passages: [] };
/** As it stands in the trace. */
const searchName = "knowledge";

/** Undefined: nothing is searched for this prompt. */
export function recallOf({ recall }: TurnPorts, { text }: AgentPrompt): Recall | undefined {
  return text.trim() === "" ? undefined : recall;
}

/** Where nothing is searched. */
export function nothingRecalled({ estimate, model }: TurnPorts): RecalledContext {
  return new RecalledContext(none, estimate, model.config.maxOutput);
}

/** Throws `ToolsUnavailable` where it cannot be searched, or the signal's reason: an answer without would be poorer, and nobody told. */
export async function* recallFor(
  { estimate, model }: TurnPorts,
  { recall, text }: { readonly recall: Recall; readonly text: string },
  record: TurnRecord,
  signal: AbortSignal,
): AsyncGenerator<AgentEvent, RecalledContext, void> {
  yield { type: "progress", status: "searching" };
  const startMs = record.elapsedMs();
  const tell = (outcome: string, outputBytes: number) =>
    record.recalled({
      name: searchName,
      outcome,
      startMs,
      durationMs: record.elapsedMs() - startMs,
      inputBytes: Buffer.byteLength(text),
      outputBytes,
      input: { query: text },
    });
  try {
    const recalled = await recall.find(text, signal);
    tell(
      "ok",
      recalled.passages.reduce((sum, passage) => sum + Buffer.byteLength(passageText(passage)), 0),
    );
    return new RecalledContext(recalled, estimate, model.config.maxOutput);
  } catch (error) {
    tell(error instanceof ToolError ? error.kind : "stopped", 0);
    if (error instanceof ToolError) throw new ToolsUnavailable(error.message, { cause: error });
    throw error;
  }
}

// Understands an answer in the prompted protocol as it comes: `{"answer": "…"}` is text from its first letter on, `{"tool": …}` is a call. A model
// that keeps to neither is taken by its words.

import type { ModelTool } from "../contract.ts";
import { isRecord, parseRecord } from "../json.ts";
import { PrintedCallFilter } from "../printed-calls/printed-call-filter.ts";
import type { AnswerFilter, FilteredEnd } from "../printed-calls/filtered-answer.ts";
import { newCallId, toolCall } from "../tool-call.ts";
import { StreamedText } from "./streamed-text.ts";

/** What models write for a tool where they want none. */
const noTool: ReadonlySet<string> = new Set(["", "none", "null", "answer"]);

/** Without white space. Servers that hold nothing to the format let models put a fence around it. */
const openings = ["", "```", "```json"].flatMap((fence) => [`${fence}{"answer":`, `${fence}{"tool":`]);

export class PromptedAnswer implements AnswerFilter {
  readonly #filter: PrintedCallFilter;
  #state: "start" | "text" | "value" | "tool" | "other" = "start";
  #held = "";
  readonly #text = new StreamedText();

  constructor(tools: readonly ModelTool[]) {
    this.#filter = new PrintedCallFilter(tools);
  }

  push(text: string): string {
    switch (this.#state) {
      case "start":
        return this.#begin(this.#held + text);
      case "text":
        return this.#text.push(text);
      case "value":
      case "tool":
        this.#held += text;
        return "";
      case "other":
        return this.#filter.push(text);
    }
  }

  release(): string {
    const held = this.#held;
    this.#held = "";
    if (this.#state !== "text") this.#state = "other";
    return held + this.#filter.release();
  }

  end(): FilteredEnd {
    const held = this.#held;
    this.#held = "";
    switch (this.#state) {
      case "text":
        return { text: "", calls: [] };
      case "value":
        return { text: answerIn(withoutFence(held)), calls: [] };
      case "tool": {
        const end = this.#filtered(held);
        return end.calls.length > 0 || end.isCutCall === true ? end : (choiceIn(held) ?? end);
      }
      case "start":
      case "other":
        return this.#filtered(held);
    }
  }

  #filtered(held: string): FilteredEnd {
    const before = this.#filter.push(held);
    const end = this.#filter.end();
    return { ...end, text: before + end.text };
  }

  #begin(seen: string): string {
    this.#held = seen;
    const compact = seen.replace(/\s/g, "");
    if (openings.some((opening) => opening.startsWith(compact))) return "";
    const match = /^\s*(?:```(?:json)?\s*)?\{\s*"(answer|tool)"\s*:\s*(?=\S)/.exec(seen);
    if (match?.[1] === "tool") {
      this.#state = "tool";
      return "";
    }
    if (match === null) return this.#change("other", (held) => this.#filter.push(held));
    const rest = seen.slice(match[0].length);
    if (!rest.startsWith('"')) {
      this.#state = "value";
      return "";
    }
    return this.#change("text", () => this.#text.push(rest.slice(1)));
  }

  #change(state: "text" | "other", first: (held: string) => string): string {
    const held = this.#held;
    this.#held = "";
    this.#state = state;
    return first(held);
  }
}

/** A tool that there is not is a call all the same, which is told; none at all leaves the answer. Undefined: it is neither. */
function choiceIn(held: string): FilteredEnd | undefined {
  const record = parseRecord(withoutFence(held));
  const { tool, arguments: input, answer } = record ?? {};
  if (typeof tool === "string" && !noTool.has(tool.toLowerCase()))
    return { text: "", calls: [toolCall(newCallId(), tool, input)] };
  const given = isRecord(input) ? (answer ?? input["answer"] ?? input["text"]) : answer;
  return typeof given === "string" ? { text: given, calls: [] } : undefined;
}

function withoutFence(text: string): string {
  return text.replace(/^\s*```(?:json)?|```\s*$/g, "").trim();
}

/** An answer by a schema of its own is JSON; one that was cut is shown as far as it came. */
function answerIn(text: string): string {
  const answer = parseRecord(text)?.["answer"];
  return answer === undefined ? text : JSON.stringify(answer);
}

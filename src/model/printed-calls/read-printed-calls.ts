// Calls that a model printed as text instead of making them: recognised when the text is calls and nothing else.

import type { ModelTool, ModelToolCall } from "../contract.ts";
import { maxCallsOfAnswer } from "../tool-call.ts";
import { callsIn, isCallKey, isKnown, nameKeys, type Tools } from "./call-shape.ts";
import { closes, readObject } from "./read-literal.ts";
import { isNameStart, readPythonCall } from "./read-python-call.ts";
import { readFunctionTag } from "./read-function-tag.ts";
import { OtherText, TextEnded, TextReader } from "./text-reader.ts";

/** `open`: it may become calls when more follows. */
export type PrintedCalls =
  | { readonly type: "calls"; readonly calls: readonly ModelToolCall[] }
  | { readonly type: "open" }
  | { readonly type: "none" };

/** By which a model says that a call follows, and that it has ended. */
const marks: readonly (readonly [open: string, close: readonly string[]])[] = [
  ["<tool_call>", ["</tool_call>"]],
  ["<tool_calls>", ["</tool_calls>"]],
  ["<function_call>", ["</function_call>"]],
  ["<tools>", ["</tools>"]],
  ["<|tool_call|>", ["<|/tool_call|>", "</tool_call>"]],
  ["<|tool_call_start|>", ["<|tool_call_end|>"]],
  ["<|python_tag|>", []],
  ["[TOOL_CALLS]", ["[/TOOL_CALLS]"]],
  ["functools", []],
];
const languages = new Set(["", "json", "tool_code", "tool_call", "tool_calls", "python", "xml"]);
/** What some servers leave at the end of an answer. */
const endings = ["<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<|end|>", "<|endoftext|>", "</s>", "<end_of_turn>"];

/** What the text so far is. Of calls at the end of an answer, a closing mark may be missing. */
export function readPrintedCalls(text: string, tools: readonly ModelTool[]): PrintedCalls {
  const reader = new TextReader(text);
  const reading = new Reading(reader, new Map(tools.map((tool) => [tool.name, tool])));
  try {
    const calls = reading.all();
    return calls.length === 0 ? { type: "open" } : { type: "calls", calls: calls.slice(0, maxCallsOfAnswer) };
  } catch (error) {
    if (error instanceof TextEnded) return { type: "open" };
    if (error instanceof OtherText) return { type: "none" };
    throw error;
  }
}

class Reading {
  readonly #reader: TextReader;
  readonly #tools: Tools;

  constructor(reader: TextReader, tools: Tools) {
    this.#reader = reader;
    this.#tools = tools;
  }

  all(): readonly ModelToolCall[] {
    const calls: ModelToolCall[] = [];
    for (;;) {
      this.#between();
      if (this.#reader.isAtEnd()) return calls;
      calls.push(...this.#one(calls.length > 0));
    }
  }

  #between(): void {
    do {
      this.#reader.space();
      this.#reader.takesAny(endings);
      this.#reader.space();
    } while (this.#reader.word(/[;,]/) !== "");
  }

  #one(isFurther: boolean): readonly ModelToolCall[] {
    const first = this.#reader.peek();
    // A brace too many at the end is a common slip.
    if (isFurther && (first === "}" || first === "]")) {
      this.#reader.must(first);
      return [];
    }
    if (first === "`") return this.#fenced();
    return this.#marked() ?? this.#content(false);
  }

  #fenced(): readonly ModelToolCall[] {
    const reader = this.#reader;
    reader.must("```");
    const language = reader.word(/[A-Za-z_]/);
    reader.peek();
    if (!languages.has(language)) throw new OtherText();
    const calls: ModelToolCall[] = [];
    for (;;) {
      this.#between();
      if (reader.isAtEnd()) throw new TextEnded();
      if (reader.peek() === "`") break;
      calls.push(...(this.#marked() ?? this.#content(language.startsWith("tool_"))));
    }
    reader.must("```");
    return calls;
  }

  /** Undefined when nothing says that a call follows. */
  #marked(): readonly ModelToolCall[] | undefined {
    const mark = this.#mark();
    if (mark === undefined) return undefined;
    const calls: ModelToolCall[] = [];
    for (;;) {
      this.#between();
      if (this.#reader.isAtEnd()) break;
      const before = this.#reader.at;
      this.#reader.takesAny(mark[1]);
      if (this.#reader.at > before) break;
      const isNext = marks.some(([open]) => this.#reader.starts(open));
      if (calls.length > 0 && (mark[1].length === 0 || isNext)) break;
      calls.push(...this.#inMark());
    }
    if (calls.length === 0) throw new TextEnded();
    return calls;
  }

  #inMark(): readonly ModelToolCall[] {
    const first = this.#reader.peek();
    if (first === "`") return this.#fenced();
    if (first === "<") return [readFunctionTag(this.#reader)];
    return this.#content(true);
  }

  #mark(): (typeof marks)[number] | undefined {
    if (this.#reader.peek() === "<" && this.#reader.starts("<function=")) return ["", []];
    let isOpen = false;
    for (const mark of marks) {
      const [open] = mark;
      if (this.#reader.starts(open)) {
        this.#reader.must(open);
        return mark;
      }
      isOpen ||= open.startsWith(this.#reader.rest(open.length));
    }
    if (isOpen || "<function=".startsWith(this.#reader.rest(10))) throw new TextEnded();
    return undefined;
  }

  #content(isMarked: boolean): readonly ModelToolCall[] {
    const reader = this.#reader;
    const first = reader.peek();
    if (first === "{") return callsIn(this.#object(isMarked), this.#tools, isMarked);
    if (first === "[") return this.#list(isMarked);
    if (!isNameStart(first)) throw new OtherText();
    return [readPythonCall(reader, this.#tools, isMarked)];
  }

  #list(isMarked: boolean): readonly ModelToolCall[] {
    const calls: ModelToolCall[] = [];
    this.#reader.must("[");
    for (let isFirst = true; !closes(this.#reader, "]", isFirst); isFirst = false) {
      if (this.#reader.peek() === "[") throw new OtherText();
      calls.push(...this.#content(isMarked));
    }
    if (calls.length === 0) throw new OtherText();
    return calls;
  }

  /** Gives up as soon as it is seen to be something else: other JSON is not to be held back. */
  #object(isMarked: boolean): unknown {
    const tools = this.#tools;
    return readObject(this.#reader, (key, value) => {
      if (isMarked) return;
      if (value === undefined && !isCallKey(key, tools)) throw new OtherText();
      if (nameKeys.has(key) && typeof value === "string" && !isKnown(value, tools)) throw new OtherText();
    });
  }
}

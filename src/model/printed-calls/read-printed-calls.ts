// Calls that a model printed as text instead of making them: recognised when the text is calls and nothing else.

import type { ModelTool, ModelToolCall } from "../contract.ts";
import { maxCallsOfAnswer } from "../tool-call.ts";
import { callsIn, isCallKey, isKnown, nameKeys, type Tools } from "./call-shape.ts";
import { closingMarks, endings, fenceLanguages, type Mark, marks } from "./marks.ts";
import { functionTags, readFunctionTag } from "./read-function-tag.ts";
import { closes, readObject } from "./read-literal.ts";
import { isNameStart, readNamedCall } from "./read-named-call.ts";
import { OtherText, TextEnded, TextReader } from "./text-reader.ts";

/** `open`: it may become calls when more follows. */
export type PrintedCalls =
  | { readonly type: "calls"; readonly calls: readonly ModelToolCall[] }
  | { readonly type: "open" }
  | { readonly type: "none" };

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
      this.#between(calls.length > 0);
      if (this.#reader.isAtEnd()) return calls;
      calls.push(...this.#one(calls.length > 0));
    }
  }

  /** What stands between calls; behind one also the end of a mark whose beginning was left out. */
  #between(isFurther: boolean): void {
    const taken = isFurther ? [...endings, ...closingMarks] : endings;
    for (let before = -1; this.#reader.at > before;) {
      before = this.#reader.at;
      this.#reader.space();
      this.#reader.word(/[;,]/);
      this.#reader.takesAny(taken);
    }
  }

  #one(isFurther: boolean): readonly ModelToolCall[] {
    const first = this.#reader.peek();
    // A brace too many at the end is a common slip.
    if (isFurther && (first === "}" || first === "]")) {
      this.#reader.must(first);
      return [];
    }
    if (first === "`") return this.#fenced();
    return this.#marked(false, isFurther) ?? this.#content(false);
  }

  #fenced(): readonly ModelToolCall[] {
    const reader = this.#reader;
    reader.must("```");
    const language = reader.word(/[A-Za-z_]/).toLowerCase();
    reader.peek();
    if (!fenceLanguages.has(language)) throw new OtherText();
    const isMarked = language.startsWith("tool_");
    const calls: ModelToolCall[] = [];
    for (;;) {
      this.#between(calls.length > 0);
      if (reader.isAtEnd()) {
        if (calls.length > 0) return calls;
        throw new TextEnded();
      }
      if (reader.peek() === "`") break;
      calls.push(...(this.#marked(isMarked, false) ?? this.#content(isMarked)));
    }
    reader.must("```");
    return calls;
  }

  /** Undefined when nothing says that a call follows. `isFurther`: behind a call, where a mark alone is a slip for its end. */
  #marked(isMarked: boolean, isFurther: boolean): readonly ModelToolCall[] | undefined {
    const tagged = readFunctionTag(this.#reader, this.#tools, isMarked);
    if (tagged !== undefined) return [tagged];
    const mark = this.#mark();
    if (mark === undefined) return undefined;
    const calls: ModelToolCall[] = [];
    for (;;) {
      this.#between(false);
      if (this.#reader.isAtEnd()) break;
      const before = this.#reader.at;
      this.#reader.takesAny(mark.close);
      if (this.#reader.at > before) break;
      const isNext = marks.some(({ open }) => this.#reader.starts(open));
      if (calls.length > 0 && (mark.close.length === 0 || isNext)) break;
      calls.push(...this.#reader.nested(() => this.#inMark(mark)));
    }
    if (calls.length === 0 && !isFurther) throw new TextEnded();
    return calls;
  }

  #inMark(mark: Mark): readonly ModelToolCall[] {
    const isMarked = mark.isKnownOnly !== true;
    if (this.#reader.peek() === "`") return this.#fenced();
    return this.#marked(isMarked, false) ?? this.#content(isMarked);
  }

  #mark(): Mark | undefined {
    const mark = marks.find(({ open }) => this.#reader.starts(open));
    if (mark !== undefined) {
      this.#reader.must(mark.open);
      return mark;
    }
    const mayFollow = [...marks.map(({ open }) => open), ...functionTags];
    if (mayFollow.some((open) => open.startsWith(this.#reader.rest(open.length)))) throw new TextEnded();
    return undefined;
  }

  #content(isMarked: boolean): readonly ModelToolCall[] {
    const reader = this.#reader;
    const first = reader.peek();
    if (first === "{") return callsIn(this.#object(isMarked), this.#tools, isMarked);
    if (first === "[") return this.#list(isMarked);
    if (!isNameStart(first)) throw new OtherText();
    return [readNamedCall(reader, this.#tools, isMarked)];
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
    // The braces of a template's own writing, taken over by the model.
    if (isMarked && this.#reader.starts("{{")) {
      this.#reader.must("{");
      const value = this.#reader.nested(() => this.#object(isMarked));
      this.#reader.space();
      if (!this.#reader.isAtEnd()) this.#reader.takes("}");
      return value;
    }
    return readObject(this.#reader, (key, value) => {
      if (isMarked) return;
      if (value === undefined && !isCallKey(key, tools)) throw new OtherText();
      if (nameKeys.has(key) && typeof value === "string" && !isKnown(value, tools)) throw new OtherText();
    });
  }
}

// Keeps thinking apart from text for models that print it into their answer: `<think>…</think>` and its relatives, at its very start.

/** As the templates that are published with models have them. */
const pairs: readonly (readonly [open: string, close: string])[] = [
  ["<think>", "</think>"],
  ["[THINK]", "[/THINK]"],
  ["<thought>", "</thought>"],
  ["<seed:think>", "</seed:think>"],
  ["<|START_THINKING|>", "<|END_THINKING|>"],
  ["<|thought_start|>", "<|thought_end|>"],
  ["<|channel>thought", "<channel|>"],
  ["◁think▷", "◁/think▷"],
];
/** At the start it ends thinking that the template began, in the prompt. */
const [[, bareClose] = ["", "</think>"]] = pairs;

export interface Parted {
  readonly text: string;
  readonly thinking: string;
}

/** Fed with the answer piece by piece. Only the answer's start is looked at: a tag further on is text like any other. */
export class ThinkTags {
  #state: "start" | "thinking" | "after" | "text" = "start";
  #held = "";
  #close = "";

  /** True once all further text passes through unchanged. */
  get isDone(): boolean {
    return this.#state === "text";
  }

  push(piece: string): Parted {
    switch (this.#state) {
      case "text":
        return { text: piece, thinking: "" };
      case "start":
      case "after":
        return this.#begin(this.#held + piece);
      case "thinking":
        return this.#think(this.#held + piece);
    }
  }

  /** What is still held back when the answer ends. */
  end(): Parted {
    const held = this.#held;
    this.#held = "";
    return this.#state === "thinking" ? { text: "", thinking: held } : { text: held, thinking: "" };
  }

  /** White space between the closing tag and the answer belongs to neither. */
  #begin(seen: string): Parted {
    const start = seen.trimStart();
    const pair = pairs.find(([open]) => start.startsWith(open));
    if (pair !== undefined) {
      this.#state = "thinking";
      this.#close = pair[1];
      return this.#think(start.slice(pair[0].length));
    }
    if (start.startsWith(bareClose)) {
      this.#state = "after";
      return this.#begin(start.slice(bareClose.length));
    }
    const text = this.#state === "after" ? start : seen;
    if ([bareClose, ...pairs.map(([open]) => open)].some((tag) => tag.startsWith(start))) {
      this.#held = text;
      return { text: "", thinking: "" };
    }
    this.#state = "text";
    this.#held = "";
    return { text, thinking: "" };
  }

  #think(seen: string): Parted {
    const end = seen.indexOf(this.#close);
    if (end < 0) {
      const kept = heldTail(seen, this.#close);
      this.#held = seen.slice(seen.length - kept);
      return { text: "", thinking: seen.slice(0, seen.length - kept) };
    }
    this.#held = "";
    this.#state = "after";
    const rest = this.#begin(seen.slice(end + this.#close.length));
    return { text: rest.text, thinking: seen.slice(0, end) + rest.thinking };
  }
}

/** How many characters at the end of `seen` could be the start of the closing tag. */
function heldTail(seen: string, close: string): number {
  for (let length = Math.min(close.length - 1, seen.length); length > 0; length--) {
    if (close.startsWith(seen.slice(-length))) return length;
  }
  return 0;
}

// Keeps thinking apart from text for models that print it into their answer: `<think>…</think>` at its very start.

const open = "<think>";
const close = "</think>";

export interface Parted {
  readonly text: string;
  readonly thinking: string;
}

/** Fed with the answer piece by piece. Only the answer's start is looked at: a tag further on is text like any other. */
export class ThinkTags {
  #state: "start" | "thinking" | "after" | "text" = "start";
  #held = "";

  /** True once all further text passes through unchanged. */
  get isDone(): boolean {
    return this.#state === "text";
  }

  push(piece: string): Parted {
    switch (this.#state) {
      case "text":
        return { text: piece, thinking: "" };
      case "start":
        return this.#begin(this.#held + piece);
      case "thinking":
        return this.#think(this.#held + piece);
      case "after":
        return this.#settle(piece);
    }
  }

  /** What is still held back when the answer ends. */
  end(): Parted {
    const held = this.#held;
    this.#held = "";
    return this.#state === "thinking" ? { text: "", thinking: held } : { text: held, thinking: "" };
  }

  #begin(seen: string): Parted {
    const start = seen.trimStart();
    if (start.startsWith(open)) {
      this.#state = "thinking";
      return this.#think(start.slice(open.length));
    }
    if (open.startsWith(start)) {
      this.#held = seen;
      return { text: "", thinking: "" };
    }
    this.#state = "text";
    this.#held = "";
    return { text: seen, thinking: "" };
  }

  #think(seen: string): Parted {
    const end = seen.indexOf(close);
    if (end < 0) {
      const kept = heldTail(seen);
      this.#held = seen.slice(seen.length - kept);
      return { text: "", thinking: seen.slice(0, seen.length - kept) };
    }
    this.#held = "";
    this.#state = "after";
    return { text: this.#settle(seen.slice(end + close.length)).text, thinking: seen.slice(0, end) };
  }

  /** White space between the closing tag and the answer belongs to neither. */
  #settle(piece: string): Parted {
    const text = piece.trimStart();
    if (text !== "") this.#state = "text";
    return { text, thinking: "" };
  }
}

/** How many characters at the end of `seen` could be the start of the closing tag. */
function heldTail(seen: string): number {
  for (let length = Math.min(close.length - 1, seen.length); length > 0; length--) {
    if (close.startsWith(seen.slice(-length))) return length;
  }
  return 0;
}

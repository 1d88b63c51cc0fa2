// HTML by the runtime's own streaming parser: what a reader sees, without scripts, styles and navigation.

import type { Document, Section } from "./document.ts";
import { HeadingPath } from "./heading-path.ts";
import { decodeEntities } from "./html-entities.ts";

/** Nothing of a page's content. `template` is drawn by nobody; `select` and `button` are for those who click. */
const leftOut = new Set(
  "script style nav noscript template iframe object svg math canvas select button dialog footer".split(" "),
);
const paragraphs = new Set(
  "p div section article main header aside ul ol dl table blockquote figure figcaption details summary form fieldset address hr caption body".split(
    " ",
  ),
);
const lines = new Set("br li dt dd tr".split(" "));

/** In characters; what is longer is text that somebody forgot to end the heading before. */
const longestHeading = 300;

export function readHtml(html: string): Document {
  const reader = new HtmlReader();
  reader.read(html);
  return reader.document();
}

/** The text of a piece of HTML, without its structure. */
export function htmlText(html: string): string {
  return readHtml(html)
    .sections.flatMap(({ headings, text }) => [headings.at(-1) ?? "", text])
    .filter((text) => text !== "")
    .join("\n\n");
}

type Place = "text" | "title" | "heading" | "pre" | "nowhere";

class HtmlReader {
  readonly #sections: Section[] = [];
  #path = new HeadingPath();
  #title: string | undefined;
  #place: Place = "text";
  #held = "";
  #text: string[] = [];
  #hasCell = false;
  #isHeaded = false;

  read(html: string): void {
    new HTMLRewriter()
      .on("*", { element: (element) => this.#enter(element) })
      .onDocument({ text: (piece) => this.#take(piece.text) })
      .transform(html);
    // Whatever the page does not end.
    if (this.#place !== "text" && this.#place !== "nowhere") this.#text.push("\n\n", this.#held);
    this.#end();
  }

  document(): Document {
    return { ...(this.#title === undefined ? {} : { title: this.#title }), sections: this.#sections };
  }

  #enter(element: HTMLRewriterTypes.Element): void {
    if (this.#place === "nowhere" || this.#place === "title") return;
    const name = element.tagName;
    const level = /^h([1-6])$/.exec(name)?.[1];
    if (leftOut.has(name)) this.#within("nowhere", element, () => undefined);
    else if (name === "title") this.#within("title", element, (text) => this.#setTitle(text));
    else if (this.#place === "heading") this.#held += " ";
    else if (level !== undefined) this.#within("heading", element, (text) => this.#head(Number(level), text));
    else if (this.#place === "pre") return;
    else if (name === "pre")
      this.#within("pre", element, (text) => this.#text.push("\n\n```\n", text.replace(/^\n|\s+$/g, ""), "\n```\n\n"));
    else if (name === "td" || name === "th") this.#cell();
    else this.#break(name);
  }

  /** What has no end of its own (`<script src>/>`, a cut page) lasts as long as what it stands in. */
  #within(place: Place, element: HTMLRewriterTypes.Element, done: (text: string) => void): void {
    if (!element.canHaveContent) return;
    const before = this.#place;
    const held = this.#held;
    this.#place = place;
    this.#held = "";
    element.onEndTag(() => {
      const text = this.#held;
      this.#place = before;
      this.#held = held;
      done(text);
    });
  }

  #take(piece: string): void {
    if (this.#place === "nowhere") return;
    if (this.#place === "text") this.#text.push(piece.replace(/\s+/g, " "));
    else this.#held += piece;
  }

  #break(name: string): void {
    if (lines.has(name)) {
      this.#text.push(name === "li" ? "\n- " : "\n");
      this.#hasCell = false;
    } else if (paragraphs.has(name)) this.#text.push("\n\n");
  }

  #cell(): void {
    this.#text.push(this.#hasCell ? " | " : "");
    this.#hasCell = true;
  }

  #setTitle(text: string): void {
    const title = decodeEntities(text).replace(/\s+/g, " ").trim();
    if (title === "" || this.#title !== undefined) return;
    this.#title = title;
    this.#path = new HeadingPath(title);
  }

  #head(level: number, text: string): void {
    const heading = decodeEntities(text).trim();
    if (heading.length > longestHeading) {
      this.#text.push("\n\n", text, "\n\n");
      return;
    }
    this.#end();
    this.#path.enter(level, heading);
    this.#isHeaded = true;
  }

  #end(): void {
    const text = tidy(decodeEntities(this.#text.join("")));
    if (text !== "" || this.#isHeaded) this.#sections.push({ headings: this.#path.current(), text });
    this.#text = [];
  }
}

/** Outside of preformatted text, blanks and empty lines mean nothing. */
function tidy(text: string): string {
  return text
    .split(/(```\n[^]*?\n```)/)
    .map((part, at) =>
      at % 2 === 1
        ? part
        : part
            .replace(/[ \t\u00a0]+/g, " ")
            .replace(/ ?\n ?/g, "\n")
            .replace(/\n{3,}/g, "\n\n"),
    )
    .join("")
    .trim();
}

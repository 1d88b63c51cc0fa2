// Sections that are too small to be found alone, together with their neighbours under the same heading.

import type { Section } from "./document.ts";
import { bytesOf } from "./text-tokens.ts";

/** Of the limit: what is larger stands alone. */
const smallShare = 0.25;

export function joinSmallSections(sections: readonly Section[], maxBytes: number): Section[] {
  const joined: Section[] = [];
  let group: Group | undefined;
  for (const [at, section] of sections.entries()) {
    const own = withOwnHeading(section, sections[at + 1]);
    if (own === undefined) continue;
    if (group?.takes(own, maxBytes) === true) {
      group.add(own);
      continue;
    }
    if (group !== undefined) joined.push(group.section());
    group = new Group(own);
  }
  if (group !== undefined) joined.push(group.section());
  return joined;
}

/** A heading with nothing under it is itself what it says; one with sections under it is said by them. */
function withOwnHeading(section: Section, next: Section | undefined): Section | undefined {
  if (section.text.trim() !== "") return section;
  const { headings } = section;
  const heading = headings.at(-1);
  const isSaidBelow = next !== undefined && headings.every((one, at) => next.headings[at] === one);
  return heading === undefined || isSaidBelow ? undefined : { ...section, text: heading };
}

class Group {
  readonly #sections: Section[];
  readonly #parent: readonly string[];
  #bytes: number;

  constructor(first: Section) {
    this.#sections = [first];
    this.#parent = parentOf(first);
    this.#bytes = bytesOf(this.#shown(first));
  }

  takes(section: Section, maxBytes: number): boolean {
    const small = maxBytes * smallShare;
    const bytes = bytesOf(section.text);
    if (this.#parent.length === 0 || section.page !== this.#sections[0]?.page) return false;
    if (bytes > small || this.#sections.some(({ text }) => bytesOf(text) > small)) return false;
    return isUnder(section, this.#parent) && this.#bytes + bytesOf(this.#shown(section)) + 4 <= maxBytes;
  }

  add(section: Section): void {
    this.#sections.push(section);
    this.#bytes += bytesOf(this.#shown(section)) + 2;
  }

  section(): Section {
    const [first, ...more] = this.#sections;
    if (first === undefined) throw new RangeError("A group has a section");
    if (more.length === 0) return first;
    const text = this.#sections.map((section) => this.#shown(section)).join("\n\n");
    return { ...first, headings: this.#parent, text, isVerbatim: false };
  }

  /** Its text below those of its headings that the group does not have. */
  #shown({ headings, text }: Section): string {
    const own = headings.slice(this.#parent.length).join(" > ");
    return own === "" || own === text ? text : `${own}\n${text}`;
  }
}

function parentOf({ headings }: Section): readonly string[] {
  return headings.length > 1 ? headings.slice(0, -1) : headings;
}

function isUnder({ headings }: Section, parent: readonly string[]): boolean {
  return parent.every((heading, at) => headings[at] === heading);
}

// Marks that are put into Markdown and its rendering, of characters that Unicode assigns to nobody; a document's own of them are dropped.

/** The last code points of plane 16's private use: no font draws them. */
const characters = {
  heading: "\u{10FFF0}",
  headingEnd: "\u{10FFF1}",
  tag: "\u{10FFF2}",
  tagEnd: "\u{10FFF3}",
  line: "\u{10FFF4}",
} as const;

const { heading, headingEnd, tag, tagEnd } = characters;

export const marks = {
  ...characters,
  /** Its level, then its text. */
  anyHeading: new RegExp(`${heading}([1-6])([^${heading}${headingEnd}]*)${headingEnd}`, "gu"),
} as const;

const ofTags = new RegExp(`${tag}[^${tagEnd}]*${tagEnd}`, "gu");
const tagMarks = new RegExp(`[${tag}${tagEnd}]`, "gu");
const all = new RegExp(`[${Object.values(characters).join("")}]`, "gu");

/** Takes the tags that stand between marks out of a text. */
export function withoutTags(text: string): string {
  return text.replace(ofTags, "");
}

/** The text with its tags and without their marks. */
export function withTags(text: string): string {
  return text.replace(tagMarks, "");
}

/** Takes out every mark. */
export function unmarked(text: string): string {
  return text.replace(all, "");
}

// Sections that say something: a heading with nothing under it is itself what it says, and one with sections under it is said by them.

import type { Section } from "./document.ts";

export function spokenSections(sections: readonly Section[]): Section[] {
  return sections.flatMap((section, at) => spoken(section, sections[at + 1]));
}

function spoken(section: Section, next: Section | undefined): readonly Section[] {
  if (section.text.trim() !== "") return [section];
  const { headings } = section;
  const heading = headings.at(-1);
  const isSaidBelow = next !== undefined && headings.every((one, at) => next.headings[at] === one);
  return heading === undefined || isSaidBelow ? [] : [{ ...section, text: heading }];
}

// The notices as one text: a list of all, then each licence's text once, with the names of what it is for.

import type { Notice } from "./notice.ts";

const rule = `\n${"=".repeat(80)}\n\n`;

export function noticesText(notices: readonly Notice[], version: string): string {
  const all = [...notices].sort((a, b) => (a.name < b.name ? -1 : 1));
  const list = all.map((notice) => `  ${title(notice)}: ${notice.licence}`).join("\n");
  const head = `Muster ${version} is under the Apache License 2.0. Its executable carries software of others:\n\n${list}\n`;
  return [head, ...byText(all).map(([text, names]) => `${names.join("\n")}\n\n${text}\n`)].join(rule);
}

/** Texts that differ only in their white space at the ends are one. */
function byText(notices: readonly Notice[]): [text: string, names: string[]][] {
  const names = new Map<string, string[]>();
  for (const notice of notices) {
    const text = notice.text.replace(/\r\n/g, "\n").trim();
    const known = names.get(text);
    if (known === undefined) names.set(text, [title(notice)]);
    else known.push(title(notice));
  }
  return [...names];
}

function title(notice: Notice): string {
  return `${notice.name} ${notice.version}`;
}

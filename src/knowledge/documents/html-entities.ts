// HTML's character references. Markdown has the same ones, and its parser in the runtime the whole table of them.

const reference = /&(?:#\d{1,8}|#[xX][\da-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});/g;

/** Replaces each reference once: what comes out is not looked at again. One that names nothing stays as it is. */
export function decodeEntities(text: string): string {
  if (!text.includes("&")) return text;
  const known = new Map<string, string>();
  return text.replace(reference, (found) => {
    const decoded = known.get(found) ?? Bun.markdown.render(found, { paragraph: (character) => character });
    known.set(found, decoded);
    return decoded;
  });
}

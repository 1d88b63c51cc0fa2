// Server-sent events, as far as model servers use them: one `data:` line an event.

/** The data of a line; undefined for comments, names, blank lines and the rest. */
export function eventData(line: string): string | undefined {
  if (!line.startsWith("data:")) return undefined;
  const from = line.charCodeAt(5) === 0x20 ? 6 : 5;
  return line.endsWith("\r") ? line.slice(from, -1) : line.slice(from);
}

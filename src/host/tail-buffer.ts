// The last lines that a child printed, bounded, for the report of its end.

const maxLineChars = 2000;

export interface TailBuffer {
  add(line: string): void;
  text(): string;
}

/** Keeps the last `maxLines` lines, each cut at 2,000 characters. */
export function tailBuffer(maxLines = 20): TailBuffer {
  const lines: string[] = [];
  return {
    add: (line) => {
      lines.push(line.slice(0, maxLineChars));
      if (lines.length > maxLines) lines.shift();
    },
    text: () => lines.join("\n"),
  };
}

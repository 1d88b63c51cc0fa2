// Colour, where the terminal has it and the user wants it.

import type { Terminal } from "./terminal.ts";

export interface Style {
  dim(text: string): string;
  bold(text: string): string;
  good(text: string): string;
  warning(text: string): string;
  bad(text: string): string;
}

/** For standard output. */
export function styleFor(terminal: Pick<Terminal, "hasColour">): Style {
  return style(terminal.hasColour);
}

/** For standard error. */
export function errStyleFor(terminal: Pick<Terminal, "hasErrColour">): Style {
  return style(terminal.hasErrColour);
}

function style(hasColour: boolean): Style {
  const paint =
    (code: number) =>
    (text: string): string =>
      hasColour ? `\u001b[${code}m${text}\u001b[0m` : text;
  return { dim: paint(2), bold: paint(1), good: paint(32), warning: paint(33), bad: paint(31) };
}

// Text from outside may hold escape sequences that move the cursor, rename the window or type for the user. None of it reaches a terminal.

/** Control characters other than tab and line feed, the C1 set, and the marks that reorder text. */
const harmful = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Removes what a terminal would act on. A carriage return before a line feed goes, alone it becomes a line feed. */
export function neutralise(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(harmful, "");
}

/** The same for a value that must stay on its line. */
export function neutraliseLine(text: string): string {
  return neutralise(text).replace(/[\n\t\u2028\u2029]+/g, " ");
}

// Whether a question reads as one for leave to act. The protocol has no mark for it (§7), so that of an agent which is none of ours only words tell.

const words =
  /\b(?:allow|permit|permission|approv\w*|authori[sz]\w*|confirm\w*|consent|grant|proceed|go ahead|may i|shall i|are you sure|y\s*\/\s*n|yes\s*(?:\/|or)\s*no)\b/i;

/** Rather once too often than once too seldom: what it says yes to goes to a person. */
export function asksForLeave(question: string): boolean {
  return words.test(question);
}

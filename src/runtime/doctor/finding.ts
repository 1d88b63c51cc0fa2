// What a check of `muster doctor` says: the one shape that all of them share. Programs read it too (docs/doctor.md).

export type Result = "ok" | "warning" | "problem" | "skipped";

export interface Finding {
  readonly result: Result;
  /** What was found, one line; of `skipped`, why nothing was looked at. */
  readonly text: string;
  /** What to do about it. A file to write stands on lines of its own. */
  readonly remedy?: string;
  /** Figures behind the text. */
  readonly facts?: Facts;
}

export type Facts = Readonly<Record<string, string | number | boolean>>;

export function ok(text: string, facts?: Facts): Finding {
  return { result: "ok", text, ...(facts === undefined ? {} : { facts }) };
}

/** Works now, and will not for ever or not as meant. */
export function warning(text: string, remedy: string, facts?: Facts): Finding {
  return { result: "warning", text, remedy, ...(facts === undefined ? {} : { facts }) };
}

/** Something does not work. */
export function problem(text: string, remedy: string, facts?: Facts): Finding {
  return { result: "problem", text, remedy, ...(facts === undefined ? {} : { facts }) };
}

export function skipped(reason: string): Finding {
  return { result: "skipped", text: reason };
}

/** An error's text is what happened and then, after the first sentence, what to do: parted into both. */
export function problemOf(message: string, remedy: string): Finding {
  const end = message.search(/\. [A-Z]/);
  if (end < 0) return problem(message, remedy);
  return problem(message.slice(0, end), message.slice(end + 2));
}

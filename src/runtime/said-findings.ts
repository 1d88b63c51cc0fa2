// What is wrong in the manifest goes to the log once, however often the files are read, and once more when it is right again.

import type { CheckResult } from "../manifest/check-manifest.ts";
import { formatProblem } from "../manifest/problem.ts";
import type { Logger } from "../telemetry/log.ts";

export class SaidFindings {
  readonly #log: Logger;
  #said: ReadonlySet<string> = new Set();
  #bad: ReadonlySet<string> = new Set();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Logs what was not there at the last call. */
  say({ problems, warnings, files }: Pick<CheckResult, "problems" | "warnings" | "files">): void {
    const found = new Set<string>();
    const say = (level: "error" | "warn", text: string, file?: string) => {
      const key = `${text} ${file ?? ""}`;
      found.add(key);
      if (!this.#said.has(key)) this.#log[level](text, file === undefined ? {} : { file });
    };
    for (const problem of problems) say("error", formatProblem(problem));
    for (const warning of warnings) say("warn", formatProblem(warning));
    for (const { source, state } of files) {
      if (state === "last-good") say("warn", "The last good form of this file serves", source.file);
      if (state === "bad") say("warn", "Nothing of this file serves", source.file);
    }
    const bad = new Set(files.filter(({ state }) => state !== "good").map(({ source }) => source.file));
    for (const { source, state } of files) {
      if (state === "good" && this.#bad.has(source.file))
        this.#log.info("This file is good again", { file: source.file });
    }
    this.#said = found;
    this.#bad = bad;
  }
}

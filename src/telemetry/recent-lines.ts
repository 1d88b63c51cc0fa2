// The log's last lines, kept in memory for whoever asks later or follows: bounded in lines and bytes, the oldest out first.

import { formatJsonLine, type LogEntry } from "./log-line.ts";

export interface RecentLimits {
  readonly lines: number;
  readonly bytes: number;
}

export interface RecentLine {
  /** One JSON object, without a line end. */
  readonly json: string;
  /** The agent that it is about. */
  readonly agent?: string;
}

export const defaultRecentLimits: RecentLimits = { lines: 2_000, bytes: 1024 * 1024 };

export class RecentLines {
  readonly #limits: RecentLimits;
  readonly #followers = new Set<(line: RecentLine) => void>();
  /** In order of arrival: a set lets the oldest go at no cost. */
  readonly #lines = new Set<RecentLine>();
  #bytes = 0;

  constructor(limits = defaultRecentLimits) {
    this.#limits = limits;
  }

  /** `written`: the entry as a JSON line, where it was made already. Never throws. */
  readonly add = (entry: LogEntry, written = formatJsonLine(entry)): void => {
    const { agent } = entry.fields;
    const json = written.trimEnd();
    const line = { json, ...(typeof agent === "string" ? { agent } : {}) };
    this.#lines.add(line);
    this.#bytes += Buffer.byteLength(json);
    for (const oldest of this.#lines) {
      if (this.#lines.size <= this.#limits.lines && this.#bytes <= this.#limits.bytes) break;
      this.#lines.delete(oldest);
      this.#bytes -= Buffer.byteLength(oldest.json);
    }
    for (const tell of [...this.#followers]) tell(line);
  };

  /** Oldest first. */
  kept(): readonly RecentLine[] {
    return [...this.#lines];
  }

  /** Calls `listener`, which must not throw, for each line to come; returns what ends that. */
  follow(listener: (line: RecentLine) => void): () => void {
    this.#followers.add(listener);
    return () => void this.#followers.delete(listener);
  }
}

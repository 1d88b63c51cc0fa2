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

interface Kept {
  readonly line: RecentLine;
  readonly bytes: number;
}

export const defaultRecentLimits: RecentLimits = { lines: 2_000, bytes: 1024 * 1024 };

export class RecentLines {
  readonly #limits: RecentLimits;
  readonly #followers = new Set<(line: RecentLine) => void>();
  /** In order of arrival: a set lets the oldest go at no cost. */
  readonly #kept = new Set<Kept>();
  #bytes = 0;

  constructor(limits = defaultRecentLimits) {
    this.#limits = limits;
  }

  /** `written`: the entry as a JSON line with its line end, where it was made already. Never throws. */
  readonly add = (entry: LogEntry, written = formatJsonLine(entry)): void => {
    const { agent } = entry.fields;
    const json = written.slice(0, -1);
    const line = { json, ...(typeof agent === "string" ? { agent } : {}) };
    const bytes = Buffer.byteLength(json);
    this.#kept.add({ line, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#kept) {
      if (this.#kept.size <= this.#limits.lines && this.#bytes <= this.#limits.bytes) break;
      this.#kept.delete(oldest);
      this.#bytes -= oldest.bytes;
    }
    for (const tell of [...this.#followers]) tell(line);
  };

  /** Oldest first. */
  kept(): readonly RecentLine[] {
    return [...this.#kept].map(({ line }) => line);
  }

  /** Calls `listener`, which must not throw, for each line to come; returns what ends that. */
  follow(listener: (line: RecentLine) => void): () => void {
    this.#followers.add(listener);
    return () => void this.#followers.delete(listener);
  }
}

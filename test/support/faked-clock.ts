// A program whose clock a test sets: the time of day alone, as an administrator or a time server does it. What runs on, runs on.

import { existsSync, readdirSync, renameSync, writeFileSync } from "node:fs";

export interface FakedClock {
  /** For the program that is to have it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Sets the clock so many days away from the true time. */
  set(days: number): void;
}

const library = "/usr/lib";

/** Why there is none here, or undefined. */
export function missingForFakedClock(): string | undefined {
  return libraryPath() === undefined ? "not installed: libfaketime" : undefined;
}

/** @param file path of a file for its own use */
export function fakedClock(file: string): FakedClock {
  const set = (days: number): void => {
    // Whole at any instant: it is read at each look at the clock.
    writeFileSync(`${file}.new`, `${days < 0 ? "-" : "+"}${Math.abs(days)}d\n`);
    renameSync(`${file}.new`, file);
  };
  set(0);
  return {
    environment: {
      LD_PRELOAD: libraryPath() ?? "",
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
      DONT_FAKE_MONOTONIC: "1",
    },
    set,
  };
}

function libraryPath(): string | undefined {
  if (process.platform !== "linux" || !existsSync(library)) return undefined;
  return readdirSync(library)
    .map((folder) => `${library}/${folder}/faketime/libfaketimeMT.so.1`)
    .find((path) => existsSync(path));
}

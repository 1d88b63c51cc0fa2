// How the manifest writes durations (`10s`), sizes (`1MB`, base 1024) and counts (`200k`, base 1000), and how they print.

const durationUnitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const sizeUnitsBytes: Readonly<Record<string, number>> = { B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 };
const countUnits: Readonly<Record<string, number>> = { k: 1000, M: 1_000_000 };

export const durationPattern = /^(\d+)(ms|s|m|h|d)$/;
export const sizePattern = /^(\d+)(B|KB|MB|GB)$/;
export const countPattern = /^(\d+)(k|M)$/;

/** Milliseconds, or undefined when the text is no duration. */
export function parseDuration(text: string): number | undefined {
  return scaled(durationPattern.exec(text), durationUnitsMs);
}

/** Bytes, or undefined when the text is no size. */
export function parseSize(text: string): number | undefined {
  return scaled(sizePattern.exec(text), sizeUnitsBytes);
}

/** A number, or undefined when the text is no count. Digits alone are a number to YAML and don't come here. */
export function parseCount(text: string): number | undefined {
  return scaled(countPattern.exec(text), countUnits);
}

/** The shortest form that parses back to the same milliseconds. */
export function formatDuration(ms: number): string {
  return inLargestUnit(ms, durationUnitsMs, "ms");
}

/** The shortest form that parses back to the same bytes. */
export function formatSize(bytes: number): string {
  return inLargestUnit(bytes, sizeUnitsBytes, "B");
}

function scaled(match: RegExpExecArray | null, units: Readonly<Record<string, number>>): number | undefined {
  const [, digits, unit] = match ?? [];
  if (digits === undefined || unit === undefined) return undefined;
  const value = Number(digits) * (units[unit] ?? Number.NaN);
  return Number.isSafeInteger(value) ? value : undefined;
}

function inLargestUnit(value: number, units: Readonly<Record<string, number>>, smallest: string): string {
  const fitting = Object.entries(units).findLast(([, factor]) => value >= factor && value % factor === 0);
  if (fitting === undefined) return `${value}${smallest}`;
  const [unit, factor] = fitting;
  return `${value / factor}${unit}`;
}

const durationWords: Readonly<Record<string, string>> = {
  ms: "ms",
  msec: "ms",
  millisecond: "ms",
  s: "s",
  sec: "s",
  second: "s",
  m: "m",
  min: "m",
  minute: "m",
  h: "h",
  hr: "h",
  hour: "h",
  d: "d",
  day: "d",
};
const sizeWords: Readonly<Record<string, string>> = {
  b: "B",
  byte: "B",
  k: "KB",
  kb: "KB",
  kib: "KB",
  kilobyte: "KB",
  m: "MB",
  mb: "MB",
  mib: "MB",
  megabyte: "MB",
  g: "GB",
  gb: "GB",
  gib: "GB",
  gigabyte: "GB",
};

/** How what somebody wrote in another way, such as `1 minute` or `10MiB`, is written here; undefined where nobody can say. */
export function likelyDuration(text: string): string | undefined {
  return likely(text, durationWords);
}

export function likelySize(text: string): string | undefined {
  return likely(text, sizeWords);
}

function likely(text: string, words: Readonly<Record<string, string>>): string | undefined {
  const [, digits = "", word = ""] = /^(\d{1,12})[\s_]*([a-z]+)$/i.exec(text.trim()) ?? [];
  const unit = words[word.toLowerCase()] ?? words[word.toLowerCase().replace(/s$/, "")];
  const written = unit === undefined ? text : `${digits}${unit}`;
  return written === text ? undefined : written;
}

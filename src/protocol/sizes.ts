// Sizes as endpoint metadata writes them: "512KB", "1MB" (§3). Base 1024.

const units = { B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 } as const;

/** Bytes of a positive integer with a unit; undefined for anything else. */
export function parseSize(text: string): number | undefined {
  const match = /^([1-9]\d{0,14})(B|KB|MB|GB)$/.exec(text);
  if (match === null) return undefined;
  const [, digits = "", unit = "B"] = match;
  const bytes = Number(digits) * (isUnit(unit) ? units[unit] : 1);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** The shortest exact text for a positive whole number of bytes. */
export function formatSize(bytes: number): string {
  for (const unit of ["GB", "MB", "KB"] as const) {
    if (bytes >= units[unit] && bytes % units[unit] === 0) return `${bytes / units[unit]}${unit}`;
  }
  return `${bytes}B`;
}

function isUnit(text: string): text is keyof typeof units {
  return text in units;
}

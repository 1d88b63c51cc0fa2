// Bytes as a person reads them.

const units = ["B", "KB", "MB", "GB", "TB"];

/** Such as `12 MB` or `1.4 GB`, base 1024. */
export function readableSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  const isRound = unit === 0 || value >= 10;
  return `${isRound ? Math.round(value) : value.toFixed(1)} ${units[unit] ?? ""}`;
}

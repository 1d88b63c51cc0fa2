// A number of bytes for people and models.

/** Such as `1 byte`, `3.4 KB`, `2 MB` (base 1024). */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} byte${bytes === 1 ? "" : "s"}`;
  if (bytes < 1024 ** 2) return `${rounded(bytes / 1024)} KB`;
  return bytes < 1024 ** 3 ? `${rounded(bytes / 1024 ** 2)} MB` : `${rounded(bytes / 1024 ** 3)} GB`;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

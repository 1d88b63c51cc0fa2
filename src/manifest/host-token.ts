// The default owner: a machine's name made a valid subject token (§2).

/** Always matches `[a-z0-9][a-z0-9_-]{0,62}`. */
export function hostToken(hostName: string): string {
  const token = hostName
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/\p{Mark}/gu, "")
    .replaceAll(/[^a-z0-9_-]+/g, "-")
    .replace(/^[^a-z0-9]+/, "")
    .slice(0, 63)
    .replace(/-+$/, "");
  return token === "" ? "host" : token;
}

// Which protocol this is, and which other versions a caller may talk to (§3, §4).

/** Value of `metadata.protocol_version`. */
export const protocolVersion = "0.3";

/** Name of every agent's micro service. */
export const serviceName = "agents";

export type Compatibility = "same" | "other-minor" | "other-major" | "unreadable";

/** Compares MAJOR.MINOR only; anything after is ignored. Before 1.0 a minor difference is tolerated, a major one is refused. */
export function compareVersion(text: string): Compatibility {
  const theirs = /^(\d+)\.(\d+)(?:\.|$)/.exec(text);
  const ours = /^(\d+)\.(\d+)/.exec(protocolVersion);
  if (theirs === null || ours === null) return "unreadable";
  if (theirs[1] !== ours[1]) return "other-major";
  return theirs[2] === ours[2] ? "same" : "other-minor";
}

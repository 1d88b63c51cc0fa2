// Folders that cannot be used: what is none is a mistake, and what is missing may still come.

/** As `Surroundings.notFolder` says it. */
export const notAFolder = "it is no folder";

/** `reason`: as `Surroundings.notFolder` gives it. */
export function missingFolder(folder: string, reason: string): string {
  return `Cannot use the folder "${folder}" now: ${folderReason(reason)}. Its agent is degraded until it can be used`;
}

export function folderReason(reason: string): string {
  return reason.replace("no such file", "no such folder");
}

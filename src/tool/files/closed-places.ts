// Places that are closed to models, also where a root holds them: what the runtime keeps, knows and was given.

/** Absolute. `stateDirectory`: the runtime's own. */
export function closedPlaces(
  stateDirectory: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): readonly string[] {
  const credentials = environment["CREDENTIALS_DIRECTORY"] ?? "";
  return [
    stateDirectory,
    ...(credentials === "" ? [] : [credentials]),
    // Its environment, its memory and its open files; `/proc/self` is a link to it.
    ...(process.platform === "linux" ? [`/proc/${process.pid}`] : []),
  ];
}

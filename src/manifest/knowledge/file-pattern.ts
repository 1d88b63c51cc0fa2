// A pattern of files, parted into the folder where looking starts and what is matched below it.

export interface FilePattern {
  /** Absolute; without any pattern's character. */
  readonly base: string;
  /** What a path below `base` must match, `/` between folders. Empty: `base` itself is meant, a file or a folder. */
  readonly rest: string;
}

const special = /[*?[\]{}!\\]/;

/** `pattern`: absolute. */
export function filePattern(pattern: string): FilePattern {
  const steps = pattern.split("/");
  const first = steps.findIndex((step) => special.test(step));
  if (first === -1) return { base: pattern, rest: "" };
  const base = steps.slice(0, first).join("/");
  return { base: base === "" ? "/" : base, rest: steps.slice(first).join("/") };
}

/** Whether a path below the base is meant; what starts with a dot is only where the pattern says so. */
export function matcherOf({ rest }: FilePattern): (relative: string) => boolean {
  if (rest === "") return (relative) => !isHidden(relative);
  const glob = new Bun.Glob(rest);
  const takesHidden = isHidden(rest);
  return (relative) => glob.match(relative) && (takesHidden || !isHidden(relative));
}

function isHidden(path: string): boolean {
  return path.startsWith(".") || path.includes("/.");
}

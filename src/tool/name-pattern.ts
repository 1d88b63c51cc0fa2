// Whether a tool's name is meant by a pattern of `allow`, `deny` or `ask`, in which `*` stands for any characters, also none.

export function isMeant(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => matches(name, pattern));
}

/** Goes back to the last `*` only, so that no pattern takes long. */
function matches(name: string, pattern: string): boolean {
  let [at, next, star, resume] = [0, 0, -1, 0];
  while (at < name.length) {
    if (pattern[next] === "*") {
      [star, resume] = [next, at];
      next += 1;
    } else if (pattern[next] === name[at]) {
      at += 1;
      next += 1;
    } else if (star >= 0) {
      resume += 1;
      [at, next] = [resume, star + 1];
    } else {
      return false;
    }
  }
  while (pattern[next] === "*") next += 1;
  return next === pattern.length;
}

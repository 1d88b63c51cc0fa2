// NATS's subjects as subscriptions name them: `*` one token, `>` the rest.

/** Whether the text may be subscribed to. */
export function isSubjectFilter(text: string): boolean {
  const tokens = text.split(".");
  return (
    text.length < 256 &&
    tokens.every((token, index) => {
      if (token === ">") return index === tokens.length - 1;
      return token === "*" || /^[^.*>\s\u0000-\u001f\u007f]+$/u.test(token);
    })
  );
}

/** Whether some subject is taken by both. */
export function filtersMeet(one: string, other: string): boolean {
  const [a, b] = [one.split("."), other.split(".")];
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const [left, right] = [a[index], b[index]];
    if (left === undefined || right === undefined) return false;
    if (left === ">" || right === ">") return true;
    if (left !== "*" && right !== "*" && left !== right) return false;
  }
  return true;
}

// Whether one subject pattern stands for everything that another does: as a permission covers what somebody wants to use.

/** Both by tokens, `*` one of them, `>` one or more at the end. */
export function coversSubject(wide: string, narrow: string): boolean {
  const [outer, inner] = [wide.split("."), narrow.split(".")];
  for (const [index, token] of outer.entries()) {
    if (token === ">") return inner.length > index;
    const wanted = inner[index];
    if (wanted === undefined || wanted === ">") return false;
    if (token !== "*" && token !== wanted) return false;
  }
  return inner.length === outer.length;
}

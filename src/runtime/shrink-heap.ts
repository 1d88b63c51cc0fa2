// Drops what JavaScript can do without, and gives the pages back: garbage, and all compiled code, which is made again of the source when it is
// called. A collection alone leaves the code, more than half of what a start holds.

/** Takes effect when the present turn of the event loop has ended, and then stops everything else for some ms. */
export function shrinkHeap(): void {
  const shrink: unknown = Reflect.get(Bun, "shrink");
  if (typeof shrink === "function") shrink.call(Bun);
  else Bun.gc(true);
}

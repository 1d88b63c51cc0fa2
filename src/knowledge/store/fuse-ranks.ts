// Two orders of passages, by meaning and by words, made one: reciprocal rank fusion, which needs no common scale.

/** How much the first places weigh against the later ones; the usual value. */
const smoothing = 60;

/** `orders`: ids, the best first. The best of all first; of equals those of the first order. */
export function fuseRanks(
  orders: readonly (readonly number[])[],
): readonly { readonly id: number; readonly score: number }[] {
  const scores = new Map<number, number>();
  for (const order of orders) {
    for (const [index, id] of order.entries()) scores.set(id, (scores.get(id) ?? 0) + 1 / (smoothing + index + 1));
  }
  return [...scores].map(([id, score]) => ({ id, score })).sort((a, b) => b.score - a.score);
}

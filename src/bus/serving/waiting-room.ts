// Prompts that wait, by sender: whoever is served least comes next, so that a flood of one sender holds up that sender.

export class WaitingRoom<Place extends { readonly sender: string }> {
  /** Who was served longest ago comes first. */
  readonly #bySender = new Map<string, Set<Place>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  hasOf(sender: string): boolean {
    return this.#bySender.has(sender);
  }

  add(place: Place): void {
    const places = this.#bySender.get(place.sender);
    if (places === undefined) this.#bySender.set(place.sender, new Set([place]));
    else places.add(place);
    this.#size += 1;
  }

  /** Does nothing for one that does not wait. */
  delete(place: Place): void {
    const places = this.#bySender.get(place.sender);
    if (places?.delete(place) !== true) return;
    this.#size -= 1;
    if (places.size === 0) this.#bySender.delete(place.sender);
  }

  /** The first prompt of the sender with the fewest in service; of several such, the one whose turn is longest ago. */
  takeNext(inService: (sender: string) => number): Place | undefined {
    let best: { readonly sender: string; readonly served: number } | undefined;
    for (const sender of this.#bySender.keys()) {
      const served = inService(sender);
      if (best === undefined || served < best.served) best = { sender, served };
      if (served === 0) break;
    }
    const places = best === undefined ? undefined : this.#bySender.get(best.sender);
    const [next] = places ?? [];
    if (best === undefined || places === undefined || next === undefined) return undefined;
    this.#bySender.delete(best.sender);
    this.#bySender.set(best.sender, places);
    this.delete(next);
    return next;
  }
}

// Answers that went out over the link to a hub. A cut cable says nothing for up to 45 s, and swallows what is sent: an answer has arrived when the
// link still stands some time after.

/** The link to a hub. */
export interface HubLinkState {
  readonly isUp: boolean;
  /** Another one with each change of the link. */
  readonly since: string;
}

/** The bundled server has noticed a cut by then (docs/hub.md). */
const provenMs = 50_000;

interface Sent {
  readonly seq: number;
  readonly atMs: number;
  readonly since: string;
}

export class LinkProof {
  readonly #link: () => HubLinkState | undefined;
  readonly #nowMs: () => number;
  readonly #sent = new Map<number, Sent>();

  /** `nowMs`: of a clock that nobody sets. */
  constructor(link: () => HubLinkState | undefined, nowMs: () => number) {
    this.#link = link;
    this.#nowMs = nowMs;
  }

  /** It went out over the link as it was then. */
  add(seq: number, since: string): void {
    this.#sent.set(seq, { seq, since, atMs: this.#nowMs() });
  }

  /** Those that nobody has to send again as things are. */
  waiting(): readonly number[] {
    return [...this.#sent.keys()];
  }

  /** Those that have arrived; each is told once. Those that went into a link that is no more are forgotten, and have to be sent again. */
  settle(): readonly number[] {
    const link = this.#link();
    const all = [...this.#sent.values()];
    const lost = all.filter(({ since }) => link?.isUp !== true || link.since !== since);
    const arrived = all.filter((one) => !lost.includes(one) && this.#nowMs() - one.atMs >= provenMs);
    for (const { seq } of [...lost, ...arrived]) this.#sent.delete(seq);
    return arrived.map(({ seq }) => seq);
  }
}

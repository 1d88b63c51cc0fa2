// The calls of one session that are under way, each with its own time; and whose caller a question of the server goes to.

/** One question for the caller of a call: resolves to what was said, or undefined when nobody answers. Rejects only by the signal. */
export type AskCaller = (prompt: string) => Promise<string | undefined>;

export interface OpenCallOptions {
  /** While a question is open, nothing of it passes. */
  readonly timeoutMs: number;
  /** Turns are told apart by it: who asks in one must not be answered by another's caller. */
  readonly turn: string;
  readonly ask: AskCaller;
  readonly onTimeout: () => void;
}

/** More questions of one call are declined. */
const maxQuestions = 8;

export class OpenCalls {
  readonly #calls = new Set<OpenCall>();

  open(options: OpenCallOptions): OpenCall {
    const call = new OpenCall(options, () => this.#calls.delete(call));
    this.#calls.add(call);
    return call;
  }

  /**
   * The call that a question must belong to; undefined where that cannot be said: the protocol does not tell, so with calls of several turns
   * under way it could be anybody's.
   */
  asking(): OpenCall | undefined {
    const [first, ...others] = this.#calls;
    return others.every((other) => other.turn === first?.turn) ? first : undefined;
  }
}

export class OpenCall {
  readonly turn: string;
  readonly #ask: AskCaller;
  readonly #onTimeout: () => void;
  readonly #onClose: () => void;
  readonly #over = Promise.withResolvers<undefined>();
  #leftMs: number;
  #sinceMs = performance.now();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #questions = 0;
  #isAsking = false;

  constructor({ timeoutMs, turn, ask, onTimeout }: OpenCallOptions, onClose: () => void) {
    this.turn = turn;
    this.#ask = ask;
    this.#onTimeout = onTimeout;
    this.#onClose = onClose;
    this.#leftMs = timeoutMs;
    this.#go();
  }

  /** Undefined: nobody answered, the call is over, or it has asked too much. One question at a time. */
  async question(prompt: string): Promise<string | undefined> {
    if (this.#isAsking || this.#questions >= maxQuestions) return undefined;
    this.#isAsking = true;
    this.#questions += 1;
    clearTimeout(this.#timer);
    this.#leftMs -= performance.now() - this.#sinceMs;
    try {
      return await Promise.race([this.#ask(prompt), this.#over.promise]);
    } finally {
      this.#isAsking = false;
      this.#go();
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#over.resolve(undefined);
    this.#onClose();
    this.#leftMs = Infinity;
  }

  #go(): void {
    if (this.#leftMs === Infinity) return;
    this.#sinceMs = performance.now();
    this.#timer = setTimeout(this.#onTimeout, Math.max(0, this.#leftMs));
  }
}

// What the scripted server was asked, for tests to look at and to wait for.

export interface ReceivedRequest {
  readonly path: string;
  readonly model: string;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
  /** Settles when the answer ended, or the caller left. */
  readonly ended: Promise<"complete" | "broken" | "aborted">;
}

interface Waiting {
  readonly matches: (request: ReceivedRequest) => boolean;
  readonly resolve: (request: ReceivedRequest) => void;
}

/** Keeps the latest requests only: a long run must not fill the memory. */
const kept = 1_000;

export class Received {
  readonly requests: ReceivedRequest[] = [];
  /** Answers under way now, and the most that ever were. */
  concurrent = 0;
  mostConcurrent = 0;
  total = 0;
  readonly #waiting = new Set<Waiting>();

  add(request: ReceivedRequest): void {
    this.total++;
    this.requests.push(request);
    if (this.requests.length > kept) this.requests.shift();
    for (const waiting of this.#waiting) {
      if (!waiting.matches(request)) continue;
      this.#waiting.delete(waiting);
      waiting.resolve(request);
    }
  }

  /** The first request that matches, also one still to come. */
  request(matches: (request: ReceivedRequest) => boolean = () => true): Promise<ReceivedRequest> {
    const known = this.requests.find(matches);
    if (known !== undefined) return Promise.resolve(known);
    const { promise, resolve } = Promise.withResolvers<ReceivedRequest>();
    this.#waiting.add({ matches, resolve });
    return promise;
  }

  chats(): ReceivedRequest[] {
    return this.requests.filter(({ path }) => isChat(path));
  }

  begin(): void {
    this.concurrent++;
    this.mostConcurrent = Math.max(this.mostConcurrent, this.concurrent);
  }

  end(): void {
    this.concurrent--;
  }
}

/** Whether a request is a call, and no question about models. */
export function isChat(path: string): boolean {
  return /chat|messages/.test(path);
}

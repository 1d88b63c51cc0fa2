// Many streams at once, through the bus or directly from the model server, and how long they took.

import { connect, createInbox, type NatsConnection } from "@nats-io/transport-node";

export interface Streamed {
  /** Tokens of all streams per second. */
  readonly tokensPerS: number;
  readonly errors: number;
}

export function connectBus(url: string): Promise<NatsConnection> {
  return connect({ servers: url });
}

/** One prompt: ms to the first response text, and to the end; `failed` when there was an error frame. */
export function promptOnce(
  nats: NatsConnection,
  subject: string,
): Promise<{ readonly firstMs: number; readonly failed: boolean }> {
  const { promise, resolve } = Promise.withResolvers<{ firstMs: number; failed: boolean }>();
  const startedAt = performance.now();
  let firstMs = 0;
  let failed = false;
  const inbox = createInbox();
  const subscription = nats.subscribe(inbox, {
    callback: (_error, message) => {
      if (message.headers !== undefined) failed = true;
      if (message.headers?.code === 503 || (message.headers === undefined && message.data.length === 0)) {
        subscription.unsubscribe();
        resolve({ firstMs, failed });
      } else if (firstMs === 0 && message.string().includes('"response"')) firstMs = performance.now() - startedAt;
    },
  });
  nats.publish(subject, "hi", { reply: inbox });
  return promise;
}

/** One streamed HTTP call: ms to the first piece of its body; reads it whole. */
export async function fetchOnce(url: string, body: string): Promise<number> {
  const startedAt = performance.now();
  const response = await fetch(url, { method: "POST", body, headers: { "content-type": "application/json" } });
  let firstMs = 0;
  const pieces: AsyncIterable<Uint8Array> | null = response.body;
  if (pieces === null) return 0;
  for await (const piece of pieces) {
    if (firstMs === 0 && piece.length > 0) firstMs = performance.now() - startedAt;
  }
  return firstMs;
}

/** `rounds` times `count` streams at once. */
export async function streamMany(
  count: number,
  rounds: number,
  tokens: number,
  one: () => Promise<boolean>,
): Promise<Streamed> {
  let errors = 0;
  const startedAt = performance.now();
  for (let round = 0; round < rounds; round++) {
    const results = await Promise.all(Array.from({ length: count }, one));
    errors += results.filter((isGood) => !isGood).length;
  }
  const seconds = (performance.now() - startedAt) / 1000;
  return { tokensPerS: (count * rounds * tokens) / seconds, errors };
}

/**
 * Two of them, in turn in `slices` slices, so that what else the machine does meets both alike. `count` streams at once, `rounds` times each.
 */
export async function streamInTurn(
  count: number,
  rounds: number,
  tokens: number,
  [one, other]: readonly [() => Promise<boolean>, () => Promise<boolean>],
  slices = 10,
): Promise<readonly [Streamed, Streamed]> {
  const each = Math.max(1, Math.round(rounds / slices));
  const ones: Streamed[] = [];
  const others: Streamed[] = [];
  for (let slice = 0; slice < Math.min(slices, rounds); slice++) {
    ones.push(await streamMany(count, each, tokens, one));
    others.push(await streamMany(count, each, tokens, other));
  }
  return [together(ones), together(others)];
}

/** Slices of the same number of tokens as one: the rate over the whole time. */
function together(slices: readonly Streamed[]): Streamed {
  const timeOfAToken = slices.reduce((sum, { tokensPerS }) => sum + 1 / tokensPerS, 0) / slices.length;
  return { tokensPerS: 1 / timeOfAToken, errors: slices.reduce((sum, { errors }) => sum + errors, 0) };
}

import { afterAll, expect, test } from "bun:test";
import { startKillableRuntime } from "./killable-runtime.ts";
import { quickSubject } from "./scripted-manifest.ts";

const { muster, caller, close } = await startKillableRuntime();

afterAll(close);

test("1,000 random payloads: each stream ends once, with one error at most, and the agent answers", async () => {
  const random = seeded(20_261_122);
  const payloads = Array.from({ length: 1_000 }, () => randomPayload(random));
  for (let at = 0; at < payloads.length; at += 100) {
    const calls = payloads.slice(at, at + 100).map((payload) => caller.call(quickSubject, payload).answer);
    for (const { ends, after, errors, text } of await Promise.all(calls)) {
      expect([ends, after]).toEqual([1, 0]);
      expect(errors.length === 0 ? text : errors.length).toBe(errors.length === 0 ? "word word word " : 1);
    }
  }
  await muster.untilIdle("quick");
  expect(await caller.answerOnceServed(quickSubject, "Still there?")).toMatchObject({
    text: "word word word ",
    errors: [],
  });
}, 120_000);

/** Half of them bytes, half of them near misses of an envelope. */
function randomPayload(random: () => number): Uint8Array {
  if (random() < 0.5) return Uint8Array.from({ length: Math.floor(random() * 400) }, () => Math.floor(random() * 256));
  const fragments = [
    '{"prompt":',
    '"hi"',
    "}",
    "{",
    '"attachments":[',
    '{"filename":"a"',
    ',"content":"!!"}',
    "]",
    ",",
    '"session":7',
    "\u0000",
    "null",
    "ü",
  ];
  const count = Math.floor(random() * 12);
  return new TextEncoder().encode(
    Array.from({ length: count }, () => fragments[Math.floor(random() * fragments.length)]).join(""),
  );
}

/** The same numbers in [0, 1) for the same seed: a failure can be seen again. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

import { expect, test } from "bun:test";
import { type RepeatKey, RepeatedPrompts, repeatKey } from "../../../../src/bus/serving/repeated-prompts.ts";
import { longestTranscriptBytes, Transcript } from "../../../../src/bus/serving/transcript.ts";
import type { AcceptedSender } from "../../../../src/protocol/classify-sender.ts";
import { ServiceError } from "../../../../src/protocol/service-error.ts";

/** What the store asks of a turn. */
function turn(fields: { isStopped?: boolean; canBeJoined?: boolean } = {}) {
  return { isStopped: false, canBeJoined: true, ...fields };
}

function key(name: string, digest = "d"): RepeatKey {
  return { name, digest };
}

function transcriptOf(text: string): Transcript {
  const transcript = new Transcript();
  transcript.add({ type: "text", text });
  return transcript;
}

const payload = new TextEncoder().encode("p");
const verified = (user: string): AcceptedSender => ({ trust: "verified", sender: { account: "$G", user } });
const claimed: AcceptedSender = { trust: "claimed", sender: { account: "$G", user: "U" } };

test("an id is a verified sender's own, whatever the session; unsigned, it is the session's; a claim is worth nothing", () => {
  const name = (requestId: string | undefined, session: string | undefined, sender: AcceptedSender) =>
    repeatKey(
      { ...(requestId === undefined ? {} : { requestId }), ...(session === undefined ? {} : { session }) },
      sender,
      payload,
    )?.name;
  expect(name("r", undefined, verified("A"))).toBe(name("r", "s", verified("A")));
  const names = [
    name("r", "s", verified("A")),
    name("r", "s", verified("B")),
    name("r", "s", { trust: "absent" }),
    name("r", "t", { trust: "absent" }),
    name("q", "s", { trust: "absent" }),
  ];
  expect(new Set(names).size).toBe(names.length);
  expect(name("r", "s", claimed)).toBe(name("r", "s", { trust: "absent" }));
  expect(name("r", undefined, { trust: "absent" })).toBeUndefined();
  expect(name("r", undefined, claimed)).toBeUndefined();
  expect(name(undefined, "s", verified("A"))).toBeUndefined();
});

test("an answer is kept for its time, and no longer", () => {
  let now = 0;
  const repeats = new RepeatedPrompts(1_000, () => now);
  const one = turn();
  repeats.started(key("a"), one);
  expect(repeats.find(key("a"))).toMatchObject({ type: "running" });
  repeats.ended(key("a"), one, transcriptOf("answer"));
  now = 999;
  expect(repeats.find(key("a"))).toMatchObject({ type: "answered" });
  expect(repeats.find(key("a", "other"))).toBeInstanceOf(ServiceError);
  now = 1_001;
  expect(repeats.find(key("a"))).toBeUndefined();
  expect(repeats.bytes).toBe(0);
  repeats.close();
});

test("a turn that is being stopped is not joined, and its end does not take the place of the one that runs after it", () => {
  const repeats = new RepeatedPrompts(1_000);
  const [stopped, next] = [turn({ isStopped: true }), turn()];
  repeats.started(key("a"), stopped);
  expect(repeats.find(key("a"))).toBeUndefined();
  repeats.started(key("a"), next);
  repeats.ended(key("a"), stopped, undefined);
  expect(repeats.find(key("a"))).toMatchObject({ type: "running" });
  repeats.close();
});

test("what is kept is bounded in number and in bytes, the oldest going first", () => {
  const repeats = new RepeatedPrompts(600_000);
  const keep = (name: string, text: string): void => {
    const one = turn();
    repeats.started(key(name), one);
    repeats.ended(key(name), one, transcriptOf(text));
  };
  for (let index = 0; index < 5_000; index++) keep(`small-${index}`, "x");
  expect(repeats.find(key("small-3999"))).toBeUndefined();
  expect(repeats.find(key("small-4000"))).toMatchObject({ type: "answered" });
  for (let index = 0; index < 200; index++) keep(`large-${index}`, "x".repeat(100_000));
  expect(repeats.bytes).toBeLessThanOrEqual(4 * 1024 * 1024);
  expect(repeats.find(key("large-0"))).toBeUndefined();
  expect(repeats.find(key("large-199"))).toMatchObject({ type: "answered" });
  repeats.close();
  expect(repeats.bytes).toBe(0);
});

test("a transcript keeps text and files in order, and all of it or nothing", () => {
  const transcript = new Transcript();
  const file = { filename: "a", data: new Uint8Array(3) };
  for (const text of ["a", "b"]) transcript.add({ type: "text", text });
  transcript.add({ type: "attachments", attachments: [file] });
  transcript.add({ type: "text", text: "c" });
  expect(transcript.said()).toEqual([
    { type: "text", text: "ab" },
    { type: "attachments", attachments: [file] },
    { type: "text", text: "c" },
  ]);
  transcript.add({ type: "text", text: "x".repeat(longestTranscriptBytes / 2) });
  expect([transcript.isWhole, transcript.bytes, transcript.said()]).toEqual([false, 0, []]);
  transcript.add({ type: "text", text: "more" });
  expect(transcript.said()).toEqual([]);
});
